"""Deletes as commits: what is merged, which records are corrected, and the reasons against it."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from kvmtui.plans.plan import Danger
from kvmtui.plans.steps import (
    Amend,
    AwaitMerged,
    AwaitReady,
    Commit,
    DeleteSnapshot,
    Pivot,
    Power,
    Verb,
)
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
    internal,
    ref,
    refused,
    world,
)

BASE, ONE, TWO = (file(f"web.{name}") for name in ("qcow2", "s1.qcow2", "s2.qcow2"))


def committed(of: Domain, snapshot: str, libvirt: int = V11, **fields: Any) -> Any:
    shown = world(of, libvirt=libvirt, **fields)
    return allowed(shown, Delete(ref(of), snapshot, cancellable=True))


def reason(of: Domain, snapshot: str, *others: Domain, libvirt: int = V12) -> str:
    shown = world(of, *others, libvirt=libvirt)
    return refused(shown, Delete(ref(of), snapshot, cancellable=True))


@pytest.mark.parametrize("libvirt", [V9, V10, V11, V12])
def test_a_layer_in_the_middle_is_committed_and_those_above_are_corrected(libvirt: int) -> None:
    """The record goes with the first byte that is written, the others once all are."""
    plan = committed(chained(3), "s1", libvirt, commit_bandwidth=5_000_000)
    keeps = ("s2", "s3") if libvirt < V11 else ()
    assert plan.steps == (
        Commit("web", "vda", ONE, BASE, 5_000_000, active=False),
        DeleteSnapshot("web", "s1", metadata_only=True, keeps=keeps),
        AwaitMerged("web", "vda", ONE),
        Amend("web", "vda", ONE, BASE, "file", "qcow2", ("s2", "s3")),
    )
    assert plan.steps[0].virsh == (
        "virsh blockcommit --domain web --path vda --base /img/web.qcow2 --top /img/web.s1.qcow2"
        " --bytes --bandwidth 5000000 --delete"
    )
    assert plan.danger is Danger.LOSS
    assert any("x cancels" in told for told in plan.effects)
    assert not any("cannot be cancelled" in told for told in plan.effects)


def test_the_active_layer_is_switched_over() -> None:
    assert committed(chained(2), "s2").steps == (
        Commit("web", "vda", TWO, ONE),
        DeleteSnapshot("web", "s2", metadata_only=True),
        AwaitReady("web", "vda"),
        Pivot("web", "vda", ONE),
    )


def test_every_disk_is_done_and_recorded_before_the_next_one_begins() -> None:
    taken = [
        external(name, parent, base="{t}" + below, overlay="{t}." + name, targets=("vda", "vdb"))
        for name, parent, below in (("s1", None, ""), ("s2", "s1", ".s1"))
    ]
    disks = [
        disk(*(file(f"{t}{part}") for part in (".s2", ".s1", "")), target=t) for t in ("vda", "vdb")
    ]
    web = domain("web", *disks, forest=Forest(tuple(taken), "s2"))
    kinds = [type(step).__name__ for step in committed(web, "s1").steps]
    one = ["AwaitMerged", "Amend"]
    assert kinds == ["Commit", "DeleteSnapshot", *one, "Commit", *one]


def test_off_the_domain_runs_paused_meanwhile() -> None:
    for libvirt in (V9, V11):
        plan = committed(chained(2, state=State.OFF), "s1", libvirt)
        assert plan.steps[0] == Power("web", Verb.START_PAUSED, for_merge=True)
        assert plan.lastly == (Power("web", Verb.FORCE_OFF, only_paused=True),)


S1 = external("s1", base="web.qcow2", overlay="web.s1.qcow2")
S2 = external("s2", "s1", base="web.s1.qcow2", overlay="web.s2.qcow2")


def grown(*files: str, forest: Forest, **fields: Any) -> Domain:
    return domain("web", disk(*files, **fields), forest=forest)


@pytest.mark.parametrize(
    ("web", "snapshot", "rule"),
    [
        (inner("i1"), "i1", "inside"),
        (chained(2, jobs=(COMMITTING,)), "s1", "block job"),
        (chained(2, state=State.STOPPING), "s1", "state"),
        (chained(2, state=State.OFF, managed_save=True), "s1", "saved RAM"),
        (branched(), "s2", "branch"),
        (branched(), "s1", "branches"),
        (branched(), "root", "branches"),
        (grown(TWO, ONE, BASE, forest=Forest((S1, S2), "s1")), "s1", "active"),
        (grown(TWO, forest=Forest((S1, S2), "s2"), complete=False), "s1", "chain unknown"),
        (grown("/pulled", BASE, forest=Forest((S1, S2), "s2")), "s1", "stale"),
        (grown(TWO, BASE, forest=Forest((S1, S2), "s2")), "s2", "in use"),
        (grown(ONE, forest=Forest((S1,), "s1")), "s1", "stale"),
        (grown(BASE, forest=Forest((S1, S2), "s2"), target="vdb"), "s1", "nothing"),
    ],
)
def test_reasons_against_a_commit(web: Domain, snapshot: str, rule: str) -> None:
    assert reason(web, snapshot) == rule


def test_no_file_of_another_domain_is_changed_and_nothing_inside_is_lost() -> None:
    web = chained(2)
    for touched in (BASE, ONE):
        clone = domain("clone", disk(file("clone.qcow2"), touched))
        assert reason(web, "s1", clone) == "shared base"
    inside = internal("i1", "s2", base="web.s2.qcow2")
    assert web.forest is not None
    held = replace(web, forest=Forest((*web.forest.snapshots, inside), "i1"))
    assert reason(held, "s2") == "internal inside"


def test_below_an_internal_snapshot_it_takes_the_place_of_libvirts_delete() -> None:
    inside = internal("i1")
    below = replace(S1, parent="i1")
    web = grown(ONE, BASE, forest=Forest((inside, below), "s1"))
    plan = allowed(world(web), Delete(ref(web), "s1"))
    assert isinstance(plan.steps[0], Commit)
    assert "its parent “i1” is internal" in plan.detours[0].reason


@pytest.mark.parametrize("forgotten", ["s2", "s3"])
@pytest.mark.parametrize("libvirt", [V9, V10, V11, V12])
def test_beside_a_forgotten_record_it_takes_the_place_where_libvirt_would_stumble(
    libvirt: int, forgotten: str
) -> None:
    """From 10.0 on libvirt looks for the layer that the child's record names."""
    web = chained(3)
    assert web.forest is not None
    left = tuple(s for s in web.forest.snapshots if s.name != forgotten)
    below, above = (s.name for s in left)
    web = replace(web, forest=Forest((left[0], replace(left[1], parent=below)), above))
    wrong, right = (below, above) if forgotten == "s2" else (above, below)
    for name in (wrong, right):
        plan = allowed(world(web, libvirt=libvirt), Delete(ref(web), name))
        stumbles = name == wrong and libvirt >= V10
        assert isinstance(plan.steps[0], Commit) is stumbles
        assert any("no record names" in told for told in map(str, plan.detours)) is stumbles


def test_while_off_on_another_machine_records_that_differ_prove_nothing() -> None:
    web = chained(3, state=State.OFF)
    assert web.forest is not None
    s1, _, s3 = web.forest.snapshots
    vda = replace(disk(file("web.s3.qcow2")), complete=False)
    assert web.config is not None
    config = replace(web.config, disks=(vda,))
    web = replace(web, forest=Forest((s1, replace(s3, parent="s1")), "s3"), config=config)
    assert refused(world(web), Delete(ref(web), "s1")) == "chain unknown"
    assert refused(world(web), Delete(ref(web), "s3")) == ""


def test_after_a_revert_by_virsh_the_childs_record_tells_the_layer() -> None:
    """The snapshot still records the overlay of before; libvirt keeps the new one to itself."""
    child = external("s2", "s1", base="web.1700000000", overlay="web.s2.qcow2")
    files = (TWO, file("web.1700000000"), BASE)
    web = grown(*files, forest=Forest((S1, child), "s2"))
    assert allowed(world(web), Delete(ref(web), "s1")).steps[0] == DeleteSnapshot(
        "web", "s1", merges=True
    )
    assert committed(web, "s1").steps[0] == Commit("web", "vda", files[1], BASE, active=False)


def test_a_record_whose_base_was_merged_away_goes_with_its_layer() -> None:
    web = grown(TWO, BASE, forest=Forest((replace(S2, parent=None),), "s2"))
    plan = allowed(world(web), Delete(ref(web), "s2"))
    assert plan.steps[0] == Commit("web", "vda", TWO, BASE)
