"""Committing the active layer: the steps, the snapshots lost, and the reasons against it."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.disk import ImageSnapshot, Mirror
from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest, Memory, SnapshotDisk
from kvmtui.model.value import replace
from kvmtui.plans.chain import merge
from kvmtui.plans.plan import Danger
from kvmtui.plans.steps import AwaitReady, Commit, DeleteSnapshot, Pivot
from kvmtui.plans.wishes import Merge
from tests.worlds import (
    COMMITTING,
    GIB,
    allowed,
    branched,
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

BASE = file("web.qcow2")


def wish(of: Domain, base: str = BASE, **fields: Any) -> Merge:
    return Merge(ref(of), "vda", base, **fields)


def forgotten(*names: str) -> tuple[DeleteSnapshot, ...]:
    return tuple(DeleteSnapshot("web", name, metadata_only=True) for name in names)


def test_commit_then_forget_the_youngest_first_then_wait_and_switch() -> None:
    """What a commit spoils is not offered any more from its first byte on."""
    web = chained(3)
    plan = allowed(world(web), wish(web, file("web.s1.qcow2")))
    assert plan.steps == (
        Commit("web", "vda", file("web.s3.qcow2"), file("web.s1.qcow2")),
        *forgotten("s3", "s2"),
        AwaitReady("web", "vda"),
        Pivot("web", "vda", file("web.s1.qcow2")),
    )
    assert [step.virsh for step in plan.steps] == [
        "virsh blockcommit --domain web --path vda --base /img/web.s1.qcow2"
        " --top /img/web.s3.qcow2 --active --delete",
        "virsh snapshot-delete --domain web --snapshotname s3 --metadata",
        "virsh snapshot-delete --domain web --snapshotname s2 --metadata",
        "virsh blockjob --domain web --path vda --info",
        "virsh blockjob --domain web --path vda --pivot",
    ]
    assert plan.danger >= Danger.LOSS
    assert ["“s3”" in plan.losses[0], "“s2”" in plan.losses[1]] == [True, True]


def test_into_the_base_every_snapshot_is_lost_and_named() -> None:
    web = chained(3)
    plan = allowed(world(web), wish(web))
    assert plan.steps[1:4] == forgotten("s3", "s2", "s1")
    assert len(plan.losses) == 3


def test_without_snapshots_nothing_is_lost() -> None:
    web = domain("web", disk(file("top.qcow2"), BASE))
    plan = allowed(world(web), wish(web))
    assert (plan.losses, len(plan.steps)) == ((), 3)


def test_the_hosts_limit_and_the_wish_to_keep_files_reach_the_commit() -> None:
    web = chained(1)
    plan = allowed(world(web, commit_bandwidth=5_000_000), wish(web, keep=True))
    assert plan.steps[0] == Commit(
        "web", "vda", file("web.s1.qcow2"), BASE, 5_000_000, delete=False
    )
    assert "web.s1.qcow2 stays, unused" in plan.effects


def test_files_that_stay_behind_are_told() -> None:
    kept = external(
        "s1",
        base="{t}.qcow2",
        overlay="{t}.s1.qcow2",
        targets=("vda", "vdb"),
        memory=Memory.EXTERNAL,
        memory_file="/img/web.mem",
    )
    disks = [disk(file(f"{t}.s1.qcow2"), file(f"{t}.qcow2"), target=t) for t in ("vda", "vdb")]
    web = domain("web", *disks, forest=Forest((kept,), "s1"))
    plan = allowed(world(web), wish(web, file("vda.qcow2")))
    assert any("vdb of “s1” keeps its layer" in told for told in plan.warnings)
    assert any("web.mem stays behind" in told for told in plan.warnings)


ONE = chained(1)
TOP = disk(file("web.s1.qcow2"), BASE)
MISSING = replace(TOP, layers=(TOP.layers[0], replace(TOP.layers[1], missing=True)))


def on(of: Domain, *disks: Any) -> Domain:
    assert of.config is not None
    return replace(of, config=replace(of.config, disks=disks))


@pytest.mark.parametrize(
    ("web", "fields", "rule"),
    [
        (chained(1, state=State.OFF), {}, ""),
        (chained(1, state=State.OFF, managed_save=True), {}, "saved RAM"),
        (chained(1, state=State.CRASHED), {}, "state"),
        (chained(1, state=State.PAUSED), {}, ""),
        (chained(1, state=State.PAUSED, reason="reverted"), {}, "restored"),
        (chained(1, state=State.PAUSED, reason="migrating"), {}, "restored"),
        (chained(0), {}, "one layer"),
        (replace(ONE, jobs=(COMMITTING,)), {}, "block job"),
        (on(ONE, replace(TOP, mirror=Mirror("copy", "/c", False))), {}, "block job"),
        (on(ONE, MISSING), {}, "layer missing"),
        (on(ONE, replace(TOP, readonly=True)), {}, "no disk"),
        (on(ONE, replace(TOP, target="vdb")), {}, "no disk"),
        (ONE, {"base": file("web.s1.qcow2")}, "base"),
        (ONE, {"base": "/elsewhere"}, "base"),
        (branched(), {"base": file("web.s1-r.qcow2")}, ""),
        (branched(), {"base": file("web.root.qcow2")}, "branch"),
        (branched(), {}, "branch"),
    ],
)
def test_reasons_against_a_commit(web: Domain, fields: dict[str, Any], rule: str) -> None:
    assert refused(world(web), wish(web, **fields)) == rule
    assert refused(world(web, hypervisor="TEST"), wish(web, **fields)) == "test driver"


@pytest.mark.parametrize("touched", ["web.qcow2", "web.s1.qcow2", "web.s2.qcow2"])
def test_no_file_of_another_domain_is_changed_or_removed(touched: str) -> None:
    web = chained(2)
    clone = domain("clone", disk(file("clone.qcow2"), file(touched)))
    assert refused(world(web, clone), wish(web)) == "shared base"
    other = "shared base" if touched != "web.qcow2" else ""
    assert refused(world(web, clone), wish(web, file("web.s1.qcow2"))) == other


def test_an_internal_snapshot_in_a_merged_layer_is_not_lost() -> None:
    inside = internal("i1", "s1", base="web.s1.qcow2")
    assert ONE.forest is not None
    web = replace(ONE, forest=Forest((*ONE.forest.snapshots, inside), "i1"))
    assert refused(world(web), wish(web)) == "internal inside"


def test_an_internal_snapshot_that_libvirt_does_not_know_is_not_lost() -> None:
    """Made with ``qemu-img snapshot -c``; the layer is removed with it."""
    held = replace(TOP.layers[0], snapshots=(ImageSnapshot("by hand", 0),))
    web = on(ONE, replace(TOP, layers=(held, TOP.layers[1])))
    assert refused(world(web), wish(web)) == "internal inside"


def test_a_snapshot_that_left_the_disk_out_is_lost_too_when_its_file_goes() -> None:
    disks = (
        SnapshotDisk("vda", "no", base=file("web.s1.qcow2")),
        SnapshotDisk("vdb", "external", "/img/b.s2", "/img/b"),
    )
    assert ONE.forest is not None
    partial = external("s2", "s1", base="", overlay="")
    partial = replace(partial, disks=disks)
    web = replace(ONE, forest=Forest((*ONE.forest.snapshots, partial), "s2"))
    assert [s.name for s in allowed_losses(web)] == ["s2", "s1"]


def allowed_losses(web: Domain) -> tuple[Any, ...]:
    plan = allowed(world(web), wish(web))
    assert web.forest is not None
    return tuple(
        web.forest.get(step.snapshot) for step in plan.steps if isinstance(step, DeleteSnapshot)
    )


@pytest.mark.parametrize(
    ("used", "free", "rule"),
    [(GIB, 2 * GIB, ""), (GIB, GIB // 2, "no room"), (20 * GIB, GIB // 2, ""), (GIB, None, "")],
)
def test_the_base_must_have_room_to_grow(used: int, free: int | None, rule: str) -> None:
    base = replace(TOP.layers[1], used=used)
    web = on(ONE, replace(TOP, layers=(TOP.layers[0], base), free=free))
    assert refused(world(web), wish(web)) == rule


def test_bases_are_offered_nearest_first() -> None:
    deep = chained(2)
    assert deep.config is not None
    assert merge.bases(deep.config.disks[0]) == (file("web.s1.qcow2"), BASE)
