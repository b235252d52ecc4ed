"""What is inside an overlay, or perhaps is, while nothing records what that stands on."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from kvmtui.plans import planner
from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Delete, Merge, Revert, Switch
from tests.plans.test_no_loss import BASE, guarded
from tests.worlds import (
    V9,
    V11,
    V12,
    chained,
    disk,
    domain,
    external,
    file,
    internal,
    ref,
    refused,
    world,
)


def inside_another(**fields: Any) -> Domain:
    """i1 inside web.qcow2; i2 inside an overlay on it, whose snapshot was forgotten; now on web."""
    web = domain("web", disk(file("web.s1.qcow2"), BASE), **fields)
    s1 = external("s1", base="web.qcow2", overlay="web.s1.qcow2")
    i1 = internal("i1", base="web.qcow2")
    i2 = internal("i2", "i1", base="web.i-r.qcow2")
    (record,) = i2.disks
    i2 = replace(i2, disks=(replace(record, below=(BASE,)),))
    return replace(web, forest=Forest((i1, i2, s1), "s1"))


def test_what_is_inside_an_overlay_is_not_spoilt_by_a_revert_of_the_image_below() -> None:
    web = inside_another(state=State.OFF)
    forest = web.forest
    assert forest is not None
    on_it = domain("web", disk(BASE), forest=Forest(forest.snapshots[:2], "i1"), state=State.OFF)
    assert refused(world(on_it), Revert(ref(on_it), "i1")) == "stands on it"
    assert refused(world(on_it), Revert(ref(on_it), "i2")) == ""


@pytest.mark.parametrize("libvirt", [V9, V11, V12])
def test_nor_by_a_merge_into_the_image_below(libvirt: int) -> None:
    web = inside_another()
    shown = world(web, libvirt=libvirt)
    assert refused(shown, Merge(ref(web), "vda", BASE)) == "branch"
    assert refused(shown, Delete(ref(web), "s1")) == "apart"
    assert refused(shown, Delete(ref(web), "s1", cancellable=True))


def test_but_a_layer_of_the_chain_keeps_what_is_inside_it_whatever_is_merged_below() -> None:
    """i2 is inside the active layer, on another branch than i3."""
    names = ("web.s2.qcow2", "web.s1.qcow2", "web.qcow2")
    inside = [internal("i2", base=names[0]), internal("i3", "s2", base=names[0])]
    (record,) = inside[0].disks
    below = tuple(map(file, names[1:]))
    inside[0] = replace(inside[0], disks=(replace(record, below=below),))
    chain = chained(2).forest
    assert chain is not None
    web = domain("web", disk(*map(file, names)), forest=Forest((*chain.snapshots, *inside), "i3"))
    wish = Merge(ref(web), "vda", BASE, top=file(names[1]))
    assert refused(world(web), wish) == ""


def test_a_start_tells_of_what_is_inside_an_overlay_on_the_active_layer() -> None:
    forest = inside_another().forest
    assert forest is not None
    web = domain("web", disk(BASE), forest=Forest(forest.snapshots[:2], "i1"), state=State.OFF)
    assert guarded(world(web), Switch(ref(web), Verb.START), "i2")


def test_where_nobody_can_see_what_it_stands_on_a_revert_says_so() -> None:
    i1, i2 = (internal(name, base=f"web.{name}.qcow2") for name in ("i1", "i2"))
    web = domain("web", disk(file("web.i1.qcow2")), forest=Forest((i1, i2), "i1"))
    made = planner.make(world(web), Revert(ref(web), "i1"))
    assert not isinstance(made, Refusal)
    assert any("“i2”, if it stands on web.i1.qcow2" in told for told in made.losses)
    here = replace(web, forest=Forest((i1, replace(i2, parent="i1")), "i2"))
    made = planner.make(world(here), Revert(ref(here), "i1"))
    assert not isinstance(made, Refusal)
    assert any("“i2”, if it stands on web.i1.qcow2" in told for told in made.losses)
    seen = replace(i2, disks=tuple(replace(record, below=()) for record in i2.disks))
    web = replace(web, forest=Forest((i1, seen), "i1"))
    made = planner.make(world(web), Revert(ref(web), "i1"))
    assert not isinstance(made, Refusal)
    assert not any("i2" in told for told in made.losses)
