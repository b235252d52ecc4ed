"""Where libvirt's own call is not made, the plan names the reason."""

from __future__ import annotations

import pytest

from kvmtui.model.domain import Domain
from kvmtui.model.snapshot import Forest, SnapshotDisk
from kvmtui.model.value import replace
from kvmtui.plans.wishes import Create, Delete, Revert, Wish
from tests.worlds import (
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
    world,
)


def nowhere() -> Domain:
    """No snapshot is the current one."""
    web = chained(1)
    assert web.forest is not None
    return replace(web, forest=Forest(web.forest.snapshots, None))


def with_medium() -> Domain:
    web = chained(1)
    assert web.forest is not None
    (s1,) = web.forest.snapshots
    drive = SnapshotDisk("sda", "no", base="/iso/a.iso", device="cdrom")
    return replace(web, forest=Forest((replace(s1, disks=(*s1.disks, drive)),), "s1"))


def below_inner() -> Domain:
    """i1 - here, and external e1 beside it, whose image is the one of i1."""
    inside = inner("i1").forest
    assert inside is not None
    below = external("e1", "i1", base="web.qcow2", overlay="web.e1.qcow2")
    forest = Forest((*inside.snapshots, below), "i1")
    return domain("web", disk(file("web.qcow2")), forest=forest)


WEB = ref(domain("web"))
BACK = Revert(WEB, "s1", safety=False)


@pytest.mark.parametrize(
    ("web", "libvirt", "wish", "rule"),
    [
        (chained(1), V9, BACK, "revert unknown"),
        (chained(1), V10, BACK, "revert unlinks"),
        (chained(1), V12, BACK, "revert unlinks"),
        (with_medium(), V11, BACK, "media"),
        (nowhere(), V11, BACK, "no current"),
        (nowhere(), V9, BACK, "revert unknown"),
        (inner("i1"), V11, Revert(WEB, "i1", safety=False), ""),
        (chained(3), V9, Delete(WEB, "s1", metadata_only=True), "records rewritten"),
        (chained(3), V9, Delete(WEB, "s1", cancellable=True), "records rewritten"),
        (chained(3), V11, Delete(WEB, "s1", metadata_only=True), ""),
        (chained(3), V9, Delete(WEB, "s3", metadata_only=True), ""),
        (chained(3), V11, Delete(WEB, "s1"), ""),
        (branched(), V9, Delete(WEB, "s2"), "beside"),
        (branched(), V11, Delete(WEB, "s2"), ""),
        (below_inner(), V10, Delete(WEB, "e1"), "unlinks needed"),
        (below_inner(), V11, Delete(WEB, "e1"), ""),
    ],
)
def test_the_rule_that_bars_libvirts_own_call(
    web: Domain, libvirt: int, wish: Wish, rule: str
) -> None:
    detours = allowed(world(web, libvirt=libvirt), wish).detours
    assert [detour.rule for detour in detours] == ([rule] if rule else [])
    assert all(detour.reason and detour.way for detour in detours)


def test_media_are_told_of_where_virsh_would_lay_overlays_on_them() -> None:
    drive = replace(disk("/iso/a.iso", target="sda"), device="cdrom", readonly=True)
    empty = replace(drive, layers=())
    for drives, libvirt, told in (
        ((drive,), V11, True),
        ((drive,), V9, False),
        ((empty,), V11, False),
    ):
        web = domain("web", disk(file("web.qcow2")), *drives)
        warnings = allowed(world(web, libvirt=libvirt), Create(ref(web), "s1")).warnings
        assert any("on the medium in sda" in said for said in warnings) is told
