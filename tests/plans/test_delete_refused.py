"""Cases in which libvirt crashes, refuses or spoils records."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest, SnapshotDisk
from kvmtui.plans.wishes import Delete
from tests.worlds import (
    COMMITTING,
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
        (branched(), "s2", V9, "branch"),
        (branched(), "s2", V10, ""),
        (branched(), "s3", V11, ""),
        (grown(Forest((ROOT, S1), "root"), *STRAIGHT), "root", V11, "active"),
        (grown(Forest((ROOT, S1), None), *STRAIGHT), "root", V11, "branch"),
        (
            grown(Forest((replace(ROOT, unfinished=True),), "root"), *STRAIGHT),
            "root",
            V11,
            "unfinished",
        ),
        (grown(BELOW_INNER, "web.root.qcow2", "web.qcow2"), "root", V12, "internal parent"),
        (grown(Forest((ROOT, S1), "s1"), "web.s1.qcow2", "web.qcow2"), "root", V11, "stale"),
        (grown(Forest((ROOT, S1), "s1"), "web.qcow2"), "s1", V11, "stale"),
        (grown(Forest((S1,), "s1"), "web.s1.qcow2", "x", "web.root.qcow2"), "s1", V11, "stale"),
        (grown(Forest((ROOT, S1), "root"), *STRAIGHT), "s1", V11, "in use"),
    ],
)
def test_reasons_against_merging_an_external_snapshot(
    web: Domain, snapshot: str, libvirt: int, rule: str
) -> None:
    assert refused(world(web, libvirt=libvirt), wish(web, snapshot)) == rule


@pytest.mark.parametrize("forgotten", ["s2", "s3"])
def test_beside_a_forgotten_record_newer_daemons_do_not_merge(forgotten: str) -> None:
    web = chained(3)
    assert web.forest is not None
    left = tuple(s for s in web.forest.snapshots if s.name != forgotten)
    below, above = (s.name for s in left)
    left = (left[0], replace(left[1], parent=below))
    web = replace(web, forest=Forest(left, above))
    wrong, right = (below, above) if forgotten == "s2" else (above, below)
    for libvirt in (V10, V11, V12):
        assert refused(world(web, libvirt=libvirt), wish(web, wrong)) == "forgotten"
        assert refused(world(web, libvirt=libvirt), wish(web, right)) == ""
    assert refused(world(web, libvirt=V9), wish(web, wrong)) == ""


def test_a_leaf_elsewhere_keeps_its_file_while_another_snapshot_needs_it() -> None:
    web = branched()
    assert web.forest is not None
    twin = external("twin", "root", base="web.s1.qcow2", overlay="web.twin.qcow2")
    shared = replace(web, forest=Forest((*web.forest.snapshots, twin), "s3"))
    assert refused(world(shared, libvirt=V12), wish(shared, "s2")) == "in use"


@pytest.mark.parametrize("snapshot", ["s2", "s3"])
def test_a_file_of_another_domain_is_not_changed(snapshot: str) -> None:
    web = branched()
    clone = domain("clone", disk(file("c.qcow2"), file("web.s1.qcow2"), file("web.s1-r.qcow2")))
    assert refused(world(web, clone), wish(web, snapshot)) == "shared base"


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
        (State.RUNNING, V11, ""),
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


def test_an_internal_snapshot_is_deleted_only_in_the_active_layer() -> None:
    forest = inner("i1").forest
    assert forest is not None
    web = grown(forest, "web.x.qcow2", "web.qcow2")
    assert refused(world(web), wish(web, "i1")) == "not active"


@pytest.mark.parametrize(
    ("libvirt", "fields", "rule"),
    [
        (V9, {"metadata_only": True}, "records below"),
        (V10, {"metadata_only": True}, "records below"),
        (V11, {"metadata_only": True}, ""),
        (V10, {"metadata_only": True, "children": True}, ""),
        (V12, {"children": True}, "external children"),
    ],
)
def test_records_below_are_not_spoiled(libvirt: int, fields: dict[str, Any], rule: str) -> None:
    web = chained(3)
    assert refused(world(web, libvirt=libvirt), wish(web, "s2", **fields)) == rule
    assert refused(world(web, libvirt=libvirt), wish(web, "s3", metadata_only=True)) == ""


def test_inside_a_running_image_only_names_that_qemu_takes() -> None:
    odd = inner("máy chủ")
    off = replace(odd, state=State.OFF)
    assert refused(world(odd), wish(odd, "máy chủ")) == "name job"
    assert refused(world(odd, libvirt=V10), wish(odd, "máy chủ")) == ""
    assert refused(world(off), wish(off, "máy chủ")) == ""
