"""Where nobody sees which names are taken, forms tell when something was wished."""

from __future__ import annotations

import re

import pytest

from kvmtui.model.value import replace
from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import After
from kvmtui.plans.wishes import Revert
from kvmtui.ui.forms import create, revert
from kvmtui.ui.forms.form import Line
from kvmtui.ui.view import View
from tests.worlds import chained, ref, world


def test_a_revert_has_its_moment() -> None:
    web = chained(1)
    form = revert.form(View(world(web), ref=ref(web), snapshot="s1"))
    assert not isinstance(form, Refusal)
    wish = form.wish({"after": After.RECORDED, "keep": "external"})
    assert isinstance(wish, Revert)
    assert re.fullmatch(r"\d{8}-\d{6}", wish.moment)
    assert form.wish({"after": After.RECORDED, "keep": ""}) == replace(wish, safety=False), (
        "the same as long as the modal is open"
    )


@pytest.mark.parametrize(("seen", "proposed"), [(True, ""), (False, r"-\d{6}")])
def test_so_has_the_name_that_is_proposed_for_a_snapshot(seen: bool, proposed: str) -> None:
    web = chained(1)
    assert web.config is not None
    folder = frozenset[str]() if seen else None
    disks = tuple(replace(disk, folder=folder) for disk in web.config.disks)
    web = replace(web, config=replace(web.config, disks=disks))
    form = create.form(View(world(web), ref=ref(web)))
    assert not isinstance(form, Refusal)
    subject = View(world(web), ref=ref(web)).subject()
    assert not isinstance(subject, Refusal)
    name = next(f for f in form.fields(subject, {}) if isinstance(f, Line) and f.id == "name")
    assert re.fullmatch(rf"snap-\d{{4}}-\d\d-\d\d{proposed}", name.value)
