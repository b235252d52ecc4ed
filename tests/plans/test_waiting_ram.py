"""RAM that waits in a file fits only the disks that it was saved with."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.domain import State
from kvmtui.model.value import replace
from kvmtui.plans.wishes import Create, Delete, Revert
from tests.worlds import allowed, chained, file, ref, world


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"snapshot": "s2"}, True),
        ({"snapshot": "s1", "cancellable": True}, True),
        ({"snapshot": "s1", "metadata_only": True}, False),
    ],
)
@pytest.mark.parametrize("state", [State.OFF, State.PAUSED])
def test_disks_do_not_change_under_it_without_a_word(
    fields: dict[str, Any], told: bool, state: State
) -> None:
    web = chained(2, state=state)
    assert web.config is not None
    beside = frozenset({file("web.save"), *(layer.source for layer in web.config.disks[0].layers)})
    disks = tuple(replace(d, folder=beside) for d in web.config.disks)
    web = replace(web, config=replace(web.config, disks=disks))
    for wish in (Delete(ref(web), **fields), Create(ref(web), "s3"), Revert(ref(web), "s1")):
        warned = any("web.save may hold RAM" in w for w in allowed(world(web), wish).warnings)
        assert warned == (state is State.OFF and (told or not isinstance(wish, Delete)))
