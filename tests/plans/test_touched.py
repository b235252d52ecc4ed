"""Internal snapshots that go out of images on which others stand, beside the present chain."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from kvmtui.model.world import World
from kvmtui.plans.steps import DeleteSnapshot, Vouch
from kvmtui.plans.wishes import Delete
from tests.worlds import allowed, disk, domain, external, facts, file, host, internal, ref, refused

ONE = file("web.s1.qcow2")


def standing(*, intact: bool | None = True, state: State = State.OFF, volume: str = "") -> Domain:
    """s1 stands on an image that holds i1 and i2, and the domain has left it by a pull."""
    apart = external("s1", "i1", base="web.qcow2", overlay="web.s1.qcow2")
    records = (replace(apart.disks[0], below=(), intact=intact, volume=volume),)
    snapshots = (
        internal("i1", base="web.qcow2"),
        internal("i2", "i1", base="web.qcow2"),
        replace(apart, disks=records),
    )
    return domain("web", disk(ONE), forest=Forest(snapshots, "s1"), state=state)


def here(web: Domain, *, local: bool = True) -> World:
    return World((host(web, facts=replace(facts(), local=local)),))


NOTE = Vouch("web", "vda", ("s1",))


@pytest.mark.parametrize(
    ("wish", "note"),
    [({}, (NOTE,)), ({"children": True}, (NOTE,)), ({"metadata_only": True}, ())],
)
def test_the_time_that_their_image_gets_is_noted(
    wish: dict[str, Any], note: tuple[Vouch, ...]
) -> None:
    web = standing()
    first, *rest = allowed(here(web), Delete(ref(web), "i2", **wish)).steps
    assert isinstance(first, DeleteSnapshot)
    assert tuple(rest) == note


@pytest.mark.parametrize("intact", [None, False])
def test_nothing_is_vouched_for_that_was_not_before(intact: bool | None) -> None:
    web = standing(intact=intact)
    assert len(allowed(here(web), Delete(ref(web), "i2")).steps) == 1


def test_where_it_could_not_be_noted_it_is_refused() -> None:
    web = standing(volume="pool/web")
    assert refused(here(web), Delete(ref(web), "i2")) == "apart"
    assert refused(here(web), Delete(ref(web), "i2", children=True)) == "apart"


def test_of_a_running_guest_only_what_it_writes_to_is_touched() -> None:
    web = standing(state=State.RUNNING)
    here_too = replace(web, config=replace(web.config, disks=(disk(file("web.qcow2")),)))  # type: ignore[type-var]
    assert len(allowed(here(here_too), Delete(ref(web), "i2")).steps) == 1
