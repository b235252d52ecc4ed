"""Several deletions in one plan: each is checked against the world that those before it leave."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from kvmtui.plans.delete import one
from kvmtui.plans.delete.one import Deletion
from kvmtui.plans.plan import Danger
from kvmtui.plans.steps import DeleteSnapshot, Power, Verb
from kvmtui.plans.subject import Subject, find
from kvmtui.plans.wishes import Delete
from tests.worlds import (
    COMMITTING,
    GIB,
    V9,
    V10,
    V11,
    V12,
    allowed,
    branched,
    chained,
    disk,
    domain,
    external,
    file,
    inner,
    internal,
    ref,
    refused,
    world,
)


def subject(web: Domain, libvirt: int = V11) -> Subject:
    found = find(world(web, libvirt=libvirt), ref(web))
    assert isinstance(found, Subject)
    return found


def after(web: Domain, name: str, libvirt: int = V11, **fields: Any) -> Subject:
    """The subject once that snapshot is deleted."""
    now = subject(web, libvirt)
    snapshot = now.forest.get(name)
    assert snapshot is not None
    made = one.plan(now, snapshot, Delete(now.ref, name, **fields))
    assert isinstance(made, Deletion), made
    return made.after


def names(web: Domain, libvirt: int, wish: Delete) -> list[str]:
    """The snapshots in the order in which they go."""
    steps = allowed(world(web, libvirt=libvirt), wish).steps
    return [step.snapshot for step in steps if isinstance(step, DeleteSnapshot)]


@pytest.mark.parametrize("cancellable", [False, True])
def test_a_merged_layer_is_gone_and_what_stood_on_it_stands_on_its_base(cancellable: bool) -> None:
    left = after(chained(3), "s2", cancellable=cancellable)
    assert [layer.source for layer in left.config.disks[0].layers] == [
        file(name) for name in ("web.s3.qcow2", "web.s1.qcow2", "web.qcow2")
    ]
    s3 = left.forest.get("s3")
    assert s3 is not None
    assert (s3.parent, s3.disks[0].base) == ("s1", file("web.s1.qcow2"))
    assert left.forest.current == "s3"
    assert left.domain.forest is left.forest
    assert left.host.domain(left.domain.uuid) == left.domain


def test_the_parent_of_the_current_one_is_current_then() -> None:
    assert after(chained(3), "s3").forest.current == "s2"
    assert after(chained(1), "s1").forest.current is None


def test_the_base_holds_more_and_the_room_of_the_merged_file_is_free_again() -> None:
    web = chained(2)
    assert web.config is not None
    (vda,) = web.config.disks
    layers = tuple(replace(layer, free=4 * GIB) for layer in vda.layers)
    web = replace(web, config=replace(web.config, disks=(replace(vda, layers=layers),)))
    top, base = after(web, "s1").config.disks[0].layers
    assert (top.used, base.used, base.free) == (GIB, 2 * GIB, 4 * GIB)


def test_a_forgotten_record_changes_no_layer() -> None:
    left = after(chained(3), "s2", metadata_only=True)
    assert left.config == chained(3).config
    s3 = left.forest.get("s3")
    assert s3 is not None
    assert (s3.parent, s3.disks[0].base) == ("s1", file("web.s2.qcow2"))


@pytest.mark.parametrize(
    ("fields", "order"),
    [
        ({"snapshot": "s2", "children": True}, ["s2", "s3", "s4"]),
        ({"snapshot": "s2", "children": True, "itself": False}, ["s3", "s4"]),
        ({"snapshot": "s4", "marked": ("s1", "s3")}, ["s1", "s3", "s4"]),
        ({"snapshot": "s4", "marked": ("s4",)}, ["s4"]),
    ],
)
@pytest.mark.parametrize("libvirt", [V9, V10, V11, V12])
def test_on_the_branch_every_layer_is_copied_once(
    libvirt: int, fields: dict[str, Any], order: list[str]
) -> None:
    web = chained(4)
    wish = Delete(ref(web), **fields)
    plan = allowed(world(web, libvirt=libvirt), wish)
    assert names(web, libvirt, wish) == order
    assert plan.losses == tuple(f"the way back to “{name}”" for name in order)
    assert plan.danger is (Danger.WORST if len(order) > 1 else Danger.LOSS)


@pytest.mark.parametrize("libvirt", [V9, V10, V11, V12])
def test_a_branch_goes_from_its_leaf_before_what_it_hangs_on(libvirt: int) -> None:
    web = branched()
    assert refused(world(web, libvirt=libvirt), Delete(ref(web), "s1")) == "children"
    assert names(web, libvirt, Delete(ref(web), "s1", marked=("s2",))) == ["s2", "s1"]
    assert names(web, libvirt, Delete(ref(web), "root", children=True)) == [
        "s2",
        "root",
        "s1",
        "s3",
    ]


def test_the_first_that_cannot_go_is_named_with_its_reason() -> None:
    web = branched()
    made = Delete(ref(web), "root", marked=("s1",))
    assert refused(world(web, libvirt=V11), made) == "crash"
    busy = chained(2, jobs=(COMMITTING,))
    assert refused(world(busy), Delete(ref(busy), "s1", children=True)) == "block job"
    assert refused(world(web), Delete(ref(web), "s2", marked=("nobody",))) == "gone"
    assert refused(world(web), Delete(ref(web), "s2", children=True, itself=False)) == "none below"


def test_an_internal_snapshot_inside_a_layer_goes_before_the_layer() -> None:
    """s1 made the overlay in which i1 lives; alone it cannot be deleted."""
    s1 = external("s1", base="web.qcow2", overlay="web.s1.qcow2")
    i1 = internal("i1", "s1", base="web.s1.qcow2")
    web = domain(
        "web", disk(file("web.s1.qcow2"), file("web.qcow2")), forest=Forest((s1, i1), "i1")
    )
    assert refused(world(web), Delete(ref(web), "s1")) == "internal inside"
    plan = allowed(world(web), Delete(ref(web), "s1", children=True))
    assert [type(step).__name__ for step in plan.steps] == ["DeleteSnapshot"] * 2
    assert names(web, V11, Delete(ref(web), "s1", children=True)) == ["i1", "s1"]


def test_off_an_old_libvirt_runs_the_domain_once_for_all_merges() -> None:
    web = chained(3, state=State.OFF)
    plan = allowed(world(web, libvirt=V9), Delete(ref(web), "s2", children=True))
    assert plan.steps == (
        Power("web", Verb.START_PAUSED, for_merge=True),
        DeleteSnapshot("web", "s2", merges=True),
        DeleteSnapshot("web", "s3", merges=True),
    )
    assert plan.lastly == (Power("web", Verb.FORCE_OFF, only_paused=True),)


@pytest.mark.parametrize("records", [True, False])
@pytest.mark.parametrize(
    ("itself", "order"), [(True, ["i3", "i2", "i1"]), (False, ["i3", "i2"])], ids=str
)
@pytest.mark.parametrize("libvirt", [V9, V12])
def test_inside_images_and_in_records_the_leaves_go_first(
    libvirt: int, itself: bool, order: list[str], records: bool
) -> None:
    web = inner("i1", "i2", "i3")
    wish = Delete(ref(web), "i1", children=True, itself=itself, metadata_only=records)
    plan = allowed(world(web, libvirt=libvirt), wish)
    assert plan.steps == tuple(
        DeleteSnapshot("web", name, metadata_only=records, inside=not records) for name in order
    )
    assert plan.detours == ()


@pytest.mark.parametrize("itself", [True, False])
def test_branches_never_go_in_one_call(itself: bool) -> None:
    """libvirt's daemon may die of that."""
    web = branched()
    wish = Delete(ref(web), "s1", children=True, metadata_only=True, itself=itself)
    plan = allowed(world(web, libvirt=V12), wish)
    assert [detour.rule for detour in plan.detours] == ["branches"]
    below = ["s3", "s2"]
    gone = [step.snapshot for step in plan.steps if isinstance(step, DeleteSnapshot)]
    assert gone == [*below, *(["s1"] if itself else [])]
    merged = Delete(ref(web), "s2", marked=("s1",), metadata_only=True)
    assert "branches" not in [d.rule for d in allowed(world(web, libvirt=V12), merged).detours]


def test_records_that_are_marked_go_from_the_leaves_up() -> None:
    web = chained(4)
    wish = Delete(ref(web), "s1", marked=("s3",), metadata_only=True)
    steps = allowed(world(web, libvirt=V10), wish).steps
    assert steps == (
        DeleteSnapshot("web", "s3", metadata_only=True, keeps=("s4",)),
        DeleteSnapshot("web", "s1", metadata_only=True, keeps=("s2", "s4")),
    )
