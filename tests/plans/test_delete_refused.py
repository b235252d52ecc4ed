"""Cases in which libvirt crashes, refuses or spoils records."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.domain import RESTORED, Domain, State
from kvmtui.model.snapshot import Forest, SnapshotDisk
from kvmtui.model.value import replace
from kvmtui.plans.steps import Commit, DeleteSnapshot, ManagedSave, Power, Verb
from kvmtui.plans.wishes import Create, Delete, Revert
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
    ref,
    refused,
    world,
)

VERSIONS = (V9, V10, V11, V12)


def wish(of: Domain, snapshot: str, **fields: Any) -> Delete:
    return Delete(ref(of), snapshot, **fields)


def grown(forest: Forest, *files: str, **fields: Any) -> Domain:
    return domain("web", disk(*map(file, files)), forest=forest, **fields)


def beside(*below: str) -> Domain:
    """The branches, with s2 on another chain; on one that nobody knows without any."""
    of = branched()
    assert of.forest is not None
    chain = tuple(map(file, below)) or None
    taken = (
        replace(s, disks=(replace(s.disks[0], below=chain),)) if s.name == "s2" else s
        for s in of.forest.snapshots
    )
    return replace(of, forest=replace(of.forest, snapshots=tuple(taken)))


def planned(of: Domain, snapshot: str, libvirt: int = V11, **fields: Any) -> Any:
    return allowed(world(of, libvirt=libvirt), wish(of, snapshot, **fields))


ROOT = external("root", base="web.qcow2", overlay="web.root.qcow2")
S1 = external("s1", "root", base="web.root.qcow2", overlay="web.s1.qcow2")
BELOW_INNER = Forest(
    (inner("i1").forest.snapshots[0], replace(ROOT, parent="i1")),  # type: ignore[union-attr]
    "root",
)
STRAIGHT = ("web.s1.qcow2", "web.root.qcow2", "web.qcow2")


@pytest.mark.parametrize(
    ("web", "snapshot", "libvirt", "rule"),
    [
        (chained(2), "nobody", V11, "gone"),
        (chained(2, state=State.STOPPING), "s1", V11, "state"),
        (chained(2, jobs=(COMMITTING,)), "s1", V11, "block job"),
        (branched(), "root", V10, "crash"),
        (branched(), "root", V11, "crash"),
        (branched(), "root", V12, ""),
        (branched(), "s1", V12, "children"),
        (beside("web.root.qcow2", "web.qcow2"), "root", V12, ""),
        (beside("web.lost.qcow2", "web.root.qcow2", "web.qcow2"), "root", V12, "branch forgotten"),
        (beside("web.s3.qcow2", "web.root.qcow2", "web.qcow2"), "root", V12, ""),
        (beside("web.qcow2"), "root", V12, "apart"),
        (beside(), "root", V12, "branch unknown"),
        (branched(), "s2", V9, ""),
        (branched(), "s2", V10, ""),
        (branched(), "s3", V11, ""),
        (grown(Forest((ROOT, S1), "root"), *STRAIGHT), "root", V11, "active"),
        (grown(Forest((ROOT, S1), None), *STRAIGHT), "root", V11, "branch"),
        (
            grown(Forest((replace(ROOT, unfinished=("vda",)), S1), "s1"), *STRAIGHT),
            "root",
            V11,
            "unfinished",
        ),
        (grown(Forest((ROOT, S1), "s1"), "web.s1.qcow2", "web.qcow2"), "root", V11, "stale"),
        (grown(Forest((ROOT, S1), "s1"), "web.qcow2"), "s1", V11, "stale"),
        (grown(Forest((S1,), "s1"), "web.s1.qcow2", "x", "web.root.qcow2"), "s1", V11, "stale"),
    ],
)
def test_reasons_against_merging_an_external_snapshot(
    web: Domain, snapshot: str, libvirt: int, rule: str
) -> None:
    assert refused(world(web, libvirt=libvirt), wish(web, snapshot)) == rule


def test_a_leaf_elsewhere_keeps_its_file_while_another_snapshot_needs_it() -> None:
    web = branched()
    assert web.forest is not None
    twin = external("twin", "root", base="web.s1.qcow2", overlay="web.twin.qcow2")
    shared = replace(web, forest=Forest((*web.forest.snapshots, twin), "s3"))
    plan = planned(shared, "s2", V12)
    assert plan.steps == (DeleteSnapshot("web", "s2", metadata_only=True),)
    assert plan.warnings[0] == "web.s1.qcow2 stays: it is still needed"


def test_a_file_of_another_domain_is_not_changed() -> None:
    web = branched()
    clone = domain("clone", disk(file("c.qcow2"), file("web.s1.qcow2"), file("web.s1-r.qcow2")))
    assert refused(world(web, clone), wish(web, "s3")) == "shared base"
    assert allowed(world(web, clone), wish(web, "s2")).steps == (
        DeleteSnapshot("web", "s2", metadata_only=True),
    )


@pytest.mark.parametrize("libvirt", [V10, V11])
def test_a_leaf_below_an_internal_snapshot_does_not_take_the_original_image_with_it(
    libvirt: int,
) -> None:
    """libvirt 10.0 unlinks the image that the domain runs on; later ones leave an overlay."""
    inside = inner("i1").forest
    assert inside is not None
    below = external("e1", "i1", base="web.qcow2", overlay="web.e1.qcow2")
    web = grown(Forest((*inside.snapshots, below), "i1"), "web.qcow2")
    steps = planned(web, "e1", libvirt).steps
    assert steps[0] == DeleteSnapshot("web", "e1", metadata_only=libvirt < V11)
    assert not any("web.qcow2" in step.virsh for step in steps)


def test_an_overlay_that_another_domain_stands_on_is_not_merged_away() -> None:
    """Of a domain that is off libvirt records only the upper part of the chain."""
    web = chained(1)
    clone = domain(
        "clone",
        disk(file("c.qcow2"), file("web.s1.qcow2"), complete=False),
        state=State.OFF,
    )
    assert refused(world(web, clone), wish(web, "s1")) == "shared base"


@pytest.mark.parametrize(
    ("state", "libvirt", "rule"),
    [
        (State.RUNNING, V9, "detached"),
        (State.RUNNING, V10, "detached"),
        (State.RUNNING, V11, "detached"),
        (State.OFF, V10, ""),
    ],
)
def test_an_internal_snapshot_with_a_detached_disk_crashes_old_daemons(
    state: State, libvirt: int, rule: str
) -> None:
    web = inner("i1", state=state)
    assert web.forest is not None
    (taken,) = web.forest.snapshots
    two = replace(taken, disks=(*taken.disks, SnapshotDisk("vdb", "internal", base="/b")))
    web = replace(web, forest=Forest((two,), "i1"))
    assert refused(world(web, libvirt=libvirt), wish(web, "i1")) == rule


@pytest.mark.parametrize("state", [State.RUNNING, State.PAUSED])
def test_what_a_running_domain_cannot_lose_goes_while_its_ram_is_put_away(state: State) -> None:
    web = inner("i1", state=state)
    assert web.forest is not None
    (taken,) = web.forest.snapshots
    two = replace(taken, disks=(*taken.disks, SnapshotDisk("vdb", "internal", base="/b")))
    web = replace(web, forest=Forest((two,), "i1"))
    plan = planned(web, "i1", V9, asleep=True)
    assert plan.steps == (ManagedSave("web"), DeleteSnapshot("web", "i1", inside=True))
    assert plan.lastly == (Power("web", Verb.START),), "whatever comes of the delete"
    heir = domain("heir", disk("/b"))
    shown = world(web, heir, libvirt=V9)
    assert refused(shown, wish(web, "i1", asleep=True)) == "shared base"


def test_nothing_is_put_away_that_would_not_come_back() -> None:
    web = inner("i1", unsaveable="a TPM")
    assert refused(world(web), wish(web, "i1", asleep=True)) == "device"
    outside = chained(1)
    assert refused(world(outside), wish(outside, "s1", asleep=True)) == "saved RAM"
    off = inner("i1", state=State.OFF)
    steps = planned(off, "i1", asleep=True).steps
    assert steps == (DeleteSnapshot("web", "i1", inside=True),)


def test_an_internal_snapshot_of_a_running_domain_goes_only_from_the_active_layer() -> None:
    forest = inner("i1").forest
    assert forest is not None
    web = grown(forest, "web.x.qcow2", "web.qcow2")
    assert refused(world(web), wish(web, "i1")) == "not active"
    assert refused(world(replace(web, state=State.OFF)), wish(web, "i1")) == ""


def test_another_cd_than_then_keeps_a_running_domain_from_losing_an_internal_snapshot() -> None:
    web = inner("i1")
    assert web.forest is not None
    assert web.config is not None
    (taken,) = web.forest.snapshots
    then = replace(taken, disks=(*taken.disks, SnapshotDisk("sda", "no", base="/iso/old.iso")))
    drive = replace(disk("/iso/new.iso", target="sda"), device="cdrom", readonly=True)
    config = replace(web.config, disks=(*web.config.disks, drive))
    web = replace(web, forest=Forest((then,), "i1"), config=config)
    assert refused(world(web), wish(web, "i1")) == "other medium"
    assert refused(world(replace(web, state=State.OFF)), wish(web, "i1")) == ""


@pytest.mark.parametrize("libvirt", VERSIONS)
def test_records_below_a_forgotten_one_are_not_spoiled(libvirt: int) -> None:
    keeps = ("s2", "s3") if libvirt < V11 else ()
    forget = DeleteSnapshot("web", "s1", metadata_only=True, keeps=keeps)
    assert planned(chained(3), "s1", libvirt, metadata_only=True).steps == (forget,)
    (last,) = planned(chained(3), "s3", libvirt, metadata_only=True).steps
    assert last.keeps == ()


@pytest.mark.parametrize("reason", RESTORED)
def test_a_domain_paused_since_its_ram_came_back_is_resumed_before_a_merge(reason: str) -> None:
    web = chained(2, state=State.PAUSED, reason=reason)
    for how in (False, True):
        made = wish(web, "s1", cancellable=how)
        assert refused(world(web, libvirt=V11), made) == "restored"
    for libvirt in (V9, V10, V12):
        assert refused(world(web, libvirt=libvirt), wish(web, "s1")) == ""


@pytest.mark.parametrize("reason", RESTORED)
def test_nothing_changes_inside_an_image_that_qemu_has_not_taken_over(reason: str) -> None:
    web = inner("i1", state=State.PAUSED, reason=reason)
    for libvirt, rule in ((V9, ""), (V10, ""), (V11, "restored"), (V12, "")):
        shown = world(web, libvirt=libvirt)
        assert refused(shown, wish(web, "i1")) == rule
        assert refused(shown, Create(ref(web), "i2", how="internal")) == rule
        assert refused(shown, Create(ref(web), "s1")) == ""
        assert refused(shown, Revert(ref(web), "i1", safety=False)) == ""


def test_a_disk_left_to_be_done_by_hand_trips_an_old_libvirt() -> None:
    (taken,) = (chained(1).forest or Forest()).snapshots
    then = replace(taken, disks=(*taken.disks, SnapshotDisk("vdb", "manual", base="/b")))
    web = grown(Forest((then,), "s1"), "web.s1.qcow2", "web.qcow2")
    assert planned(web, "s1", V11).steps == (DeleteSnapshot("web", "s1", merges=True),)
    assert isinstance(planned(web, "s1", V9).steps[0], Commit)


@pytest.mark.parametrize(("free", "rule"), [(GIB, ""), (GIB // 2, "no room"), (None, "")])
def test_the_base_must_have_room_for_what_is_merged_into_it(free: int | None, rule: str) -> None:
    web = chained(2)
    assert web.config is not None
    (vda,) = web.config.disks
    layers = tuple(replace(layer, free=free) for layer in vda.layers)
    web = replace(web, config=replace(web.config, disks=(replace(vda, layers=layers),)))
    for snapshot in ("s1", "s2"):
        assert refused(world(web), wish(web, snapshot)) == rule
        assert refused(world(web), wish(web, snapshot, cancellable=True)) == rule


def test_inside_a_running_image_only_names_that_qemu_takes() -> None:
    odd = inner("máy chủ")
    off = replace(odd, state=State.OFF)
    assert refused(world(odd), wish(odd, "máy chủ")) == "name job"
    assert refused(world(odd, libvirt=V10), wish(odd, "máy chủ")) == ""
    assert refused(world(off), wish(off, "máy chủ")) == ""
    quoted = inner('a"b')
    off = replace(quoted, state=State.OFF)
    assert refused(world(quoted, libvirt=V10), wish(quoted, 'a"b')) == "name quoted"
    assert refused(world(off, libvirt=V10), wish(off, 'a"b')) == ""


@pytest.mark.parametrize("libvirt", VERSIONS)
def test_a_state_that_another_record_tells_of_too_is_not_merged_away(libvirt: int) -> None:
    """As after a rename of which only the first step came about."""
    twice = (ROOT, S1, replace(S1, name="renamed"))
    web = grown(Forest(twice, "renamed"), *STRAIGHT)
    for how in (False, True):
        made = wish(web, "renamed", cancellable=how)
        assert refused(world(web, libvirt=libvirt), made) == "in use"
    assert refused(world(web, libvirt=libvirt), wish(web, "renamed", metadata_only=True)) == ""


@pytest.mark.parametrize("libvirt", VERSIONS)
def test_a_volume_is_committed_as_libvirt_would_not_know_it_again(libvirt: int) -> None:
    web = chained(1)
    assert web.forest is not None
    (s1,) = web.forest.snapshots
    named = replace(s1, disks=(replace(s1.disks[0], volume="images:web.qcow2"),))
    plan = planned(replace(web, forest=Forest((named,), "s1")), "s1", libvirt)
    assert plan.steps[0] == Commit(
        "web", "vda", file("web.s1.qcow2"), file("web.qcow2"), 0, active=True
    )
    assert "was a volume of a storage pool" in plan.detours[0].reason
