"""Deleting a snapshot: the exact call, and what is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest, Memory
from kvmtui.model.value import replace
from kvmtui.plans.plan import Danger
from kvmtui.plans.steps import DeleteSnapshot, Power, RemoveFile, Verb, Vouch
from kvmtui.plans.wishes import Delete
from tests.worlds import (
    FOLDER,
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
    facts,
    file,
    inner,
    ref,
    world,
)

VERSIONS = (V9, V10, V11, V12)


def wish(of: Domain, snapshot: str, **fields: Any) -> Delete:
    return Delete(ref(of), snapshot, **fields)


def grown(forest: Forest, *files: str, **fields: Any) -> Domain:
    return domain("web", disk(*map(file, files)), forest=forest, **fields)


def planned(of: Domain, snapshot: str, libvirt: int = V11, **fields: Any) -> Any:
    return allowed(world(of, libvirt=libvirt), wish(of, snapshot, **fields))


@pytest.mark.parametrize(("snapshot", "noted"), [("s1", True), ("s2", False), ("s3", False)])
def test_of_the_root_it_is_noted_before_what_its_image_holds(snapshot: str, noted: bool) -> None:
    """libvirt marks an interrupted merge with the snapshot below, and there is none."""
    web = chained(3)
    for local in (True, False):
        here = replace(facts(V11), local=local)
        steps = allowed(world(web, facts=here), wish(web, snapshot)).steps
        note = (Vouch("web", "vda", (snapshot,), must=False),) if noted and local else ()
        assert steps == (*note, DeleteSnapshot("web", snapshot, merges=True))


@pytest.mark.parametrize("libvirt", VERSIONS)
@pytest.mark.parametrize("snapshot", ["s1", "s2", "s3"])
def test_anywhere_in_a_running_chain_it_is_one_merge_by_libvirt(
    libvirt: int, snapshot: str
) -> None:
    plan = planned(chained(3), snapshot, libvirt)
    assert plan.steps == (DeleteSnapshot("web", snapshot, merges=True),)
    assert plan.steps[0].virsh == f"virsh snapshot-delete --domain web --snapshotname {snapshot}"
    assert plan.danger is Danger.LOSS
    assert len(plan.losses) == 1
    assert f"“{snapshot}”" in plan.losses[0]
    assert any("cannot be cancelled" in told for told in plan.effects)


def test_off_an_old_libvirt_must_run_the_domain_paused_for_the_merge() -> None:
    web = chained(2, state=State.OFF)
    assert planned(web, "s1", V9).steps == (
        Power("web", Verb.START_PAUSED, for_merge=True),
        DeleteSnapshot("web", "s1", merges=True),
    )
    for snapshot, libvirt in (("s2", V9), ("s1", V10), ("s1", V12)):
        assert len(planned(web, snapshot, libvirt).steps) == 1


def test_a_leaf_on_another_branch_is_only_a_file_to_be_removed() -> None:
    plan = planned(branched(), "s2", V10)
    assert plan.steps == (DeleteSnapshot("web", "s2"),)
    assert plan.effects == ("web.s1.qcow2 is removed",)
    assert plan.warnings == ("web.s2.qcow2 stays behind",)


def test_forgetting_touches_no_file() -> None:
    plan = planned(chained(3), "s2", metadata_only=True)
    assert plan.steps == (DeleteSnapshot("web", "s2", metadata_only=True),)
    assert plan.effects == ("files and images stay exactly as they are",)
    assert plan.verb == "Forget"


def test_internal_snapshots_go_with_all_below_them_when_the_name_is_typed() -> None:
    plan = planned(inner("i1", "i2", "i3"), "i2", children=True)
    assert plan.steps == tuple(DeleteSnapshot("web", name, inside=True) for name in ("i3", "i2"))
    assert plan.danger is Danger.WORST
    assert ["i3" in plan.losses[0], "i2" in plan.losses[1]] == [True, True]
    assert planned(inner("i1", "i2"), "i1").danger is Danger.LOSS


@pytest.mark.parametrize(
    ("libvirt", "metadata_only", "stays"),
    [(V9, False, True), (9_001_000, False, False), (V12, False, False), (V12, True, True)],
)
def test_a_ram_file_that_stays_behind_is_told(
    libvirt: int, metadata_only: bool, stays: bool
) -> None:
    fields: dict[str, Any] = {"memory": Memory.EXTERNAL, "memory_file": "/img/web.mem"}
    kept = external("s1", base="web.qcow2", overlay="web.s1.qcow2", **fields)
    web = grown(Forest((kept,), "s1"), "web.s1.qcow2", "web.qcow2")
    plan = planned(web, "s1", libvirt, metadata_only=metadata_only)
    assert any("web.mem stays behind" in told for told in plan.warnings) is stays


def local(*domains: Domain, libvirt: int) -> Any:
    """A host whose files are this machine's."""
    return world(*domains, facts=replace(facts(libvirt), local=True))


def test_what_libvirt_leaves_behind_is_removed_where_somebody_can() -> None:
    web = branched()
    removals = tuple(RemoveFile("web", file(f"web.{name}.qcow2")) for name in ("s2", "s1"))
    plan = allowed(local(web, libvirt=V11), wish(web, "s2"))
    assert plan.steps == (DeleteSnapshot("web", "s2"), removals[0])
    assert plan.effects == ("web.s1.qcow2 is removed", "web.s2.qcow2 is removed")
    assert plan.warnings == ()
    plan = allowed(local(web, libvirt=V9), wish(web, "s2"))
    assert plan.steps == (DeleteSnapshot("web", "s2", metadata_only=True), *removals)
    shown = world(web, facts=replace(facts(V9), pools=frozenset({FOLDER})))
    assert allowed(shown, wish(web, "s2")).steps[1:] == tuple(
        replace(step, pooled=True) for step in removals
    )


@pytest.mark.parametrize(
    ("libvirt", "fields", "removed"),
    [
        (V9, {}, True),
        (V11, {}, False),
        (V11, {"metadata_only": True}, False),
        (V11, {"metadata_only": True, "ram_file": True}, True),
        (V11, {"cancellable": True}, True),
    ],
)
def test_a_ram_file_is_removed_that_libvirt_would_leave(
    libvirt: int, fields: dict[str, Any], removed: bool
) -> None:
    ram: dict[str, Any] = {"memory": Memory.EXTERNAL, "memory_file": "/img/web.mem"}
    kept = external("s1", base="web.qcow2", overlay="web.s1.qcow2", **ram)
    web = grown(Forest((kept,), "s1"), "web.s1.qcow2", "web.qcow2")
    steps = allowed(local(web, libvirt=libvirt), wish(web, "s1", **fields)).steps
    assert (RemoveFile("web", "/img/web.mem") in steps) is removed


def test_a_ram_file_that_another_snapshot_names_stays() -> None:
    ram: dict[str, Any] = {"memory": Memory.EXTERNAL, "memory_file": "/img/web.mem"}
    one = external("s1", base="web.qcow2", overlay="web.s1.qcow2", **ram)
    two = external("s2", "s1", base="web.s1.qcow2", overlay="web.s2.qcow2", **ram)
    web = grown(Forest((one, two), "s2"), "web.s2.qcow2", "web.s1.qcow2", "web.qcow2")
    assert len(allowed(local(web, libvirt=V9), wish(web, "s2")).steps) == 1


def test_a_file_that_is_known_to_be_gone_is_not_removed_again() -> None:
    web = branched()
    assert web.config is not None
    (vda,) = web.config.disks
    there = frozenset(layer.source for layer in vda.layers)
    web = replace(web, config=replace(web.config, disks=(replace(vda, folder=there),)))
    assert allowed(local(web, libvirt=V11), wish(web, "s2")).steps == (DeleteSnapshot("web", "s2"),)


@pytest.mark.parametrize("top", ["web.s3.qcow2", "web.unknown.qcow2"])
def test_while_off_nothing_is_removed_that_may_be_a_layer_nobody_sees(top: str) -> None:
    """Of a domain that is off on another machine libvirt tells the active layer alone.

    Records do not tell the rest: the one that made a layer may be forgotten.
    """
    web = branched(state=State.OFF)
    assert web.config is not None
    vda = replace(disk(file(top)), complete=False)
    web = replace(web, config=replace(web.config, disks=(vda,)))
    assert len(allowed(local(web, libvirt=V9), wish(web, "s2")).steps) == 1
    (step,) = allowed(world(web, libvirt=V11), wish(web, "s2")).steps
    assert isinstance(step, DeleteSnapshot)
    assert step.metadata_only


def test_what_is_freed_and_needed_is_said_in_one_line() -> None:
    web = chained(2)
    assert web.config is not None
    (vda,) = web.config.disks
    top, middle, base = vda.layers
    base = replace(base, capacity=GIB, used=GIB - 300 * 2**20, free=40 * GIB)
    middle = replace(middle, capacity=GIB, used=GIB // 2)
    config = replace(web.config, disks=(replace(vda, layers=(top, middle, base)),))
    plan = planned(replace(web, config=config), "s1")
    assert "frees about 512M; the base may grow by 300M, 40G are free" in plan.effects


@pytest.mark.parametrize("below", [True, False])
def test_ram_that_a_forgotten_record_leaves_behind_is_told_whoever_may_need_it(below: bool) -> None:
    """Whether another domain names the file is not known while that was not read."""
    s1 = external("s1", base="web.qcow2", overlay="web.s1.qcow2", memory_file=file("web.mem"))
    web = domain("web", disk(file("web.s1.qcow2"), file("web.qcow2")), forest=Forest((s1,), "s1"))
    unread = replace(domain("other"), config=None, forest=None)
    wish = Delete(ref(web), "s1", metadata_only=True, children=below)
    plan = allowed(world(web, unread), wish)
    assert plan.warnings == ("web.mem stays behind",)
    gone = disk(file("web.s1.qcow2"), file("web.qcow2"), folder=frozenset())
    web = domain("web", gone, forest=Forest((s1,), "s1"))
    assert allowed(world(web, unread), replace(wish, ref=ref(web))).warnings == ()
