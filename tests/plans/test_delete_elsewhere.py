"""Deleting a snapshot beside which another branch stands on the same layers."""

from __future__ import annotations

import pytest

from kvmtui.model.domain import State
from kvmtui.model.snapshot import Forest, SnapshotDisk
from kvmtui.model.value import replace
from kvmtui.plans import planner
from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import DeleteSnapshot
from kvmtui.plans.wishes import Delete, Merge
from tests.worlds import (
    V10,
    V11,
    V12,
    allowed,
    disk,
    domain,
    external,
    file,
    internal,
    ref,
    refused,
    world,
)


@pytest.mark.parametrize("libvirt", [V10, V11, V12])
@pytest.mark.parametrize("cancellable", [False, True])
def test_a_branch_that_parts_where_the_disk_was_left_out_is_not_spoilt(
    libvirt: int, cancellable: bool
) -> None:
    """a of vda, b of vdb; back to a, which leaves vdb on b's overlay, x of that; back to b."""
    a, b, x = (
        external(name, parent, targets=(target,), base=base, overlay=overlay)
        for name, parent, target, base, overlay in (
            ("a", None, "vda", "vda.qcow2", "vda.a-r.qcow2"),
            ("b", "a", "vdb", "vdb.qcow2", "vdb.b-r.qcow2"),
            ("x", "a", "vdb", "vdb.b.qcow2", "vdb.x.qcow2"),
        )
    )
    x = replace(x, disks=(replace(x.disks[0], below=(file("vdb.qcow2"),)),))
    vda = disk(file("vda.a-r.qcow2"), file("vda.qcow2"))
    vdb = disk(file("vdb.b-r.qcow2"), file("vdb.qcow2"), target="vdb")
    web = domain("web", vda, vdb, forest=Forest((a, b, x), "b"))
    shown = world(web, libvirt=libvirt)
    made = planner.make(shown, Delete(ref(web), "b", cancellable=cancellable))
    assert isinstance(made, Refusal)
    assert (made.rule, made.by) == ("apart", "x")
    alone = replace(web, forest=Forest((a, b), "b"))
    wish = Delete(ref(alone), "b", cancellable=cancellable)
    assert refused(world(alone, libvirt=libvirt), wish) == ""


@pytest.mark.parametrize("libvirt", [V10, V11, V12])
def test_the_image_below_a_disk_that_a_revert_left_where_it_was_is_not_unlinked(
    libvirt: int,
) -> None:
    """a and b of vda, c and d of vdb; back to b, which leaves vdb on d's overlay."""
    forest = Forest(
        (
            external("a", base="vda.qcow2", overlay="vda.b.qcow2"),
            external("b", "a", base="vda.b.qcow2", overlay="vda.b-r.qcow2"),
            external("c", "a", targets=("vdb",), base="vdb.qcow2", overlay="vdb.c.qcow2"),
            external("d", "c", targets=("vdb",), base="vdb.c.qcow2", overlay="vdb.d.qcow2"),
        ),
        "b",
    )
    left_out = SnapshotDisk("vdb", "no", base=file("vdb.qcow2"))
    taken = (
        replace(s, disks=(*s.disks, left_out)) if s.name in "ab" else s for s in forest.snapshots
    )
    disks = (
        disk(file("vda.b-r.qcow2"), complete=False),
        disk(file("vdb.d.qcow2"), target="vdb", complete=False),
    )
    forest = replace(forest, snapshots=tuple(taken))
    web = domain("web", *disks, forest=forest, state=State.OFF)
    plan = allowed(world(web, libvirt=libvirt), Delete(ref(web), "d"))
    assert all(isinstance(s, DeleteSnapshot) and s.metadata_only for s in plan.steps)


@pytest.mark.parametrize("seen", [True, False])
def test_nothing_is_merged_below_a_branch_of_which_nobody_sees_what_it_stands_on(
    seen: bool,
) -> None:
    """s1 and t, back to s1; s1 is forgotten: nothing links t to the layers of today any more."""
    t = external("t", base="web.s1.qcow2", overlay="web.t.qcow2")
    below = (file("web.own.qcow2"),) if seen else None
    t = replace(t, disks=(replace(t.disks[0], below=below),))
    u = external("u", base="web.s1-r.qcow2", overlay="web.u.qcow2")
    chain = disk(*(file(f"web.{name}.qcow2") for name in ("u", "s1-r", "s0")))
    web = domain("web", chain, forest=Forest((t, u), "u"))
    rule = "" if seen else "branch unknown"
    merge = Merge(ref(web), "vda", file("web.s0.qcow2"), top=file("web.s1-r.qcow2"))
    assert refused(world(web), merge) == rule
    assert refused(world(web), Delete(ref(web), "u")) == rule


@pytest.mark.parametrize("libvirt", [V10, V11, V12])
@pytest.mark.parametrize(
    ("below", "unlinks"), [(None, False), (("vda.a.qcow2",), False), (("vda.own.qcow2",), True)]
)
def test_nothing_is_unlinked_that_another_branch_may_stand_on(
    libvirt: int, below: tuple[str, ...] | None, unlinks: bool
) -> None:
    """x of vda; back to a snapshot that leaves vda on x's overlay, and y inside that."""
    a = external("a", base="vda.qcow2", overlay="vda.a-r.qcow2")
    x = external("x", "a", base="vda.a.qcow2", overlay="vda.x.qcow2")
    y = internal("y", "a", base="vda.x.qcow2")
    known = None if below is None else tuple(map(file, below))
    y = replace(y, disks=(replace(y.disks[0], below=known),))
    vda = disk(file("vda.a-r.qcow2"), file("vda.qcow2"))
    web = domain("web", vda, forest=Forest((a, x, y), "a"))
    step, *_ = allowed(world(web, libvirt=libvirt), Delete(ref(web), "x")).steps
    assert isinstance(step, DeleteSnapshot)
    assert step.metadata_only != unlinks
