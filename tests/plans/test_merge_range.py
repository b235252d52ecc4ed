"""Committing layers further down, of several disks at once, and of a domain that is off."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.disk import ImageSnapshot
from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest, SnapshotDisk
from kvmtui.model.value import replace
from kvmtui.model.world import World
from kvmtui.plans.chain import merge
from kvmtui.plans.chain.merging import Merged
from kvmtui.plans.steps import (
    Amend,
    AwaitMerged,
    AwaitReady,
    Commit,
    DeleteSnapshot,
    Pivot,
    Power,
    Verb,
    Vouch,
)
from kvmtui.plans.subject import Subject, find
from kvmtui.plans.wishes import Delete, Merge, Revert
from tests.worlds import (
    V9,
    allowed,
    branched,
    chained,
    disk,
    domain,
    external,
    facts,
    file,
    host,
    ref,
    refused,
    world,
)
from tests.worlds import internal as inside

BASE, ONE, TWO, THREE = (file(f"web{n}.qcow2") for n in ("", ".s1", ".s2", ".s3"))


def wish(of: Domain, top: str, base: str, **fields: Any) -> Merge:
    return Merge(ref(of), "vda", base, top=top, **fields)


def forgotten(name: str, *keeps: str) -> DeleteSnapshot:
    return DeleteSnapshot("web", name, metadata_only=True, keeps=keeps)


def test_inner_layers_end_by_themselves_and_the_records_above_are_corrected() -> None:
    """s3 goes back to what s2.qcow2 holds, which is read in web.qcow2 afterwards."""
    web = chained(4)
    plan = allowed(world(web), wish(web, THREE, BASE))
    assert plan.steps == (
        Commit("web", "vda", THREE, BASE, active=False),
        forgotten("s3"),
        forgotten("s2"),
        forgotten("s1"),
        AwaitMerged("web", "vda", THREE),
        Amend("web", "vda", THREE, BASE, "file", "qcow2", ("s4",), (TWO, ONE)),
    )
    assert plan.losses == tuple(f"the way back to “{name}”" for name in ("s3", "s2", "s1"))
    assert "web.s3.qcow2 is removed" in plan.effects


def test_what_the_top_keeps_is_not_lost() -> None:
    web = chained(3)
    plan = allowed(world(web), wish(web, ONE, BASE))
    assert [step for step in plan.steps if isinstance(step, DeleteSnapshot)] == [forgotten("s1")]
    amended = [step.snapshots for step in plan.steps if isinstance(step, Amend)]
    assert amended == [("s2", "s3")]


def test_an_old_libvirt_gets_the_records_below_back() -> None:
    web = chained(4)
    plan = allowed(world(web, libvirt=V9), wish(web, THREE, BASE))
    kept = [step.keeps for step in plan.steps if isinstance(step, DeleteSnapshot)]
    assert kept == [("s4",)] * 3


def test_records_without_a_chain_are_corrected_only_where_they_name_the_layer() -> None:
    web = chained(4)
    assert web.forest is not None
    bare = tuple(
        replace(s, disks=tuple(replace(d, chain_recorded=False) for d in s.disks))
        for s in web.forest.snapshots
    )
    web = replace(web, forest=Forest(bare, "s4"))
    plan = allowed(world(web), wish(web, ONE, BASE))
    assert [step.snapshots for step in plan.steps if isinstance(step, Amend)] == [("s2",)]


@pytest.mark.parametrize(
    ("top", "base", "rule"),
    [
        (ONE, BASE, ""),
        (BASE, ONE, "base"),
        (ONE, ONE, "base"),
        ("/elsewhere", BASE, "base"),
        (ONE, "/elsewhere", "base"),
    ],
)
def test_the_base_must_lie_below_the_top(top: str, base: str, rule: str) -> None:
    web = chained(2)
    assert refused(world(web), wish(web, top, base)) == rule


def test_a_branch_that_stands_on_a_merged_layer_is_not_lost() -> None:
    """s2 stands on web.root.qcow2, as the current branch does."""
    web = branched()
    root, after = file("web.root.qcow2"), file("web.s1-r.qcow2")
    assert refused(world(web), wish(web, root, BASE)) == "branch"
    assert refused(world(web), wish(web, after, root)) == "branch"


def test_a_branch_whose_images_are_known_to_stand_on_it_is_not_lost() -> None:
    """Though no record above it names the layer."""
    beside = external(
        "b1", base="b1.qcow2", overlay="b2.qcow2", below=("web.s1.qcow2", "web.qcow2")
    )
    web = chained(3)
    assert web.forest is not None
    web = replace(web, forest=Forest((*web.forest.snapshots, beside), "s3"))
    assert refused(world(web), wish(web, ONE, BASE)) == "branch"
    assert refused(world(web), wish(web, "", TWO)) == ""


def test_internal_snapshots_in_layers_that_go_are_not_lost() -> None:
    web = chained(3)
    assert web.forest is not None
    found = inside("i", "s3", base="x")
    held = replace(web, forest=Forest((*web.forest.snapshots, found), "i"))
    assert refused(world(held), wish(held, ONE, BASE)) == "branch unknown"
    found = replace(found, disks=(replace(found.disks[0], below=()),))
    held = replace(web, forest=Forest((*web.forest.snapshots, found), "i"))
    assert refused(world(held), wish(held, ONE, BASE)) == ""
    found = inside("i", "s3", base="web.s1.qcow2")
    held = replace(web, forest=Forest((*web.forest.snapshots, found), "i"))
    assert refused(world(held), wish(held, ONE, BASE)) == "internal inside"
    assert refused(world(held), wish(held, TWO, ONE)) == ""


def test_those_that_only_the_image_knows_are_not_lost_either() -> None:
    layers = list(disk(THREE, TWO, ONE, BASE).layers)
    layers[2] = replace(layers[2], snapshots=(ImageSnapshot("by hand", 0),))
    web = domain("web", replace(disk(THREE), layers=tuple(layers)))
    assert refused(world(web), wish(web, TWO, BASE)) == "internal inside"
    assert refused(world(web), wish(web, THREE, TWO)) == ""


def two_disks(**fields: Any) -> Domain:
    """s1 and s2 of vda and vdb, s3 of vda alone."""
    both = ("vda", "vdb")
    forest = Forest(
        (
            external("s1", base="{t}.qcow2", overlay="{t}.s1.qcow2", targets=both),
            external("s2", "s1", base="{t}.s1.qcow2", overlay="{t}.s2.qcow2", targets=both),
            external("s3", "s2", base="vda.s2.qcow2", overlay="vda.s3.qcow2"),
        ),
        "s3",
    )
    first = disk(*(file(f"vda{n}.qcow2") for n in (".s3", ".s2", ".s1", "")))
    second = disk(*(file(f"vdb{n}.qcow2") for n in (".s2", ".s1", "")), target="vdb")
    return domain("web", first, second, forest=forest, **fields)


def test_the_other_disks_of_the_snapshots_go_along_disk_after_disk() -> None:
    web = two_disks()
    base, other = file("vda.s1.qcow2"), file("vdb.s1.qcow2")
    plan = allowed(world(web), wish(web, "", base, others=True))
    assert plan.steps == (
        Commit("web", "vda", file("vda.s3.qcow2"), base),
        forgotten("s3"),
        forgotten("s2"),
        AwaitReady("web", "vda"),
        Pivot("web", "vda", base),
        Commit("web", "vdb", file("vdb.s2.qcow2"), other),
        AwaitReady("web", "vdb"),
        Pivot("web", "vdb", other),
    )
    assert plan.title == "Commit vda, vdb of web"
    alone = allowed(world(web), wish(web, "", base))
    assert "vdb of “s2” keeps its layer" in alone.warnings
    assert not plan.warnings


def test_inner_layers_of_the_other_disks_are_those_between_the_same_snapshots() -> None:
    web = two_disks()
    plan = allowed(world(web), wish(web, file("vda.s1.qcow2"), file("vda.qcow2"), others=True))
    commits = [step for step in plan.steps if isinstance(step, Commit)]
    assert [(step.disk, step.top, step.base, step.active) for step in commits] == [
        ("vda", file("vda.s1.qcow2"), file("vda.qcow2"), False),
        ("vdb", file("vdb.s1.qcow2"), file("vdb.qcow2"), False),
    ]
    above = merge.others(_subject(web), Merged("vda", file("vda.s2.qcow2"), file("vda.s1.qcow2")))
    assert above == (), "vdb has no layer that s3 preserves"


def test_no_record_is_corrected_that_the_merge_of_another_disk_has_forgotten() -> None:
    """s2 left vdb out: its definition names the layer of vdb that is merged away."""
    both = two_disks().forest
    assert both is not None
    left_out = SnapshotDisk("vdb", "no", base=file("vdb.s1.qcow2"))
    s2 = external("s2", "s1", base="vda.s1.qcow2", overlay="vda.s2.qcow2")
    s2 = replace(s2, disks=(*s2.disks, left_out))
    first = disk(*(file(f"vda{n}.qcow2") for n in (".s2", ".s1", "")))
    second = disk(*(file(f"vdb{n}.qcow2") for n in (".s1", "")), target="vdb")
    web = domain("web", first, second, forest=Forest((both.snapshots[0], s2), "s2"))
    plan = allowed(world(web), wish(web, file("vda.s1.qcow2"), file("vda.qcow2"), others=True))
    assert forgotten("s2") in plan.steps
    assert not [step for step in plan.steps if isinstance(step, Amend)]


def _subject(web: Domain) -> Subject:
    found = find(world(web), ref(web))
    assert isinstance(found, Subject)
    return found


def test_one_disk_that_must_not_refuses_for_all() -> None:
    web = two_disks()
    clone = domain("clone", disk(file("clone.qcow2"), file("vdb.s1.qcow2")))
    base = file("vda.s1.qcow2")
    assert refused(world(web, clone), wish(web, "", base, others=True)) == "shared base"
    assert refused(world(web, clone), wish(web, "", base)) == ""


def test_a_domain_that_is_off_is_started_paused_and_forced_off_again() -> None:
    web = chained(2, state=State.OFF)
    plan = allowed(world(web), wish(web, ONE, BASE))
    assert plan.steps[0] == Power("web", Verb.START_PAUSED, for_merge=True)
    assert plan.lastly == (Power("web", Verb.FORCE_OFF, only_paused=True),)
    assert any("started paused" in told for told in plan.effects)
    assert not any("keeps running" in told for told in plan.effects)
    running = allowed(world(chained(2)), wish(web, ONE, BASE))
    assert running.lastly == ()


def test_the_limit_that_is_asked_for_goes_before_that_of_the_host() -> None:
    web = chained(1)
    for limit, found in ((None, 5), ("", 0), ("0", 0), ("7", 7), ("1.5K", 1536)):
        plan = allowed(world(web, commit_bandwidth=5), wish(web, "", BASE, limit=limit))
        assert [s.bandwidth for s in plan.steps if isinstance(s, Commit)] == [found]


def local(web: Domain) -> World:
    """The host's files are this machine's."""
    return World((host(web, facts=replace(facts(), local=True)),))


def test_what_the_images_hold_is_noted_before_the_first_byte_is_written() -> None:
    """Should nobody forget the records any more, they are not believed."""
    web = chained(3)
    plan = allowed(local(web), wish(web, "", ONE))
    assert plan.steps[0] == Vouch("web", "vda", ("s2", "s3"), must=False)
    plan = allowed(local(web), wish(web, TWO, BASE))
    assert plan.steps[0] == Vouch("web", "vda", ("s1", "s2"), must=False)
    both = two_disks()
    plan = allowed(local(both), wish(both, "", file("vda.s1.qcow2"), others=True))
    assert plan.steps[:2] == (
        Vouch("web", "vda", ("s2", "s3"), must=False),
        Vouch("web", "vdb", ("s2",), must=False),
    )
    plan = allowed(local(web), Delete(ref(web), "s2", cancellable=True))
    assert plan.steps[0] == Vouch("web", "vda", ("s2",), must=False)


@pytest.mark.parametrize(("intact", "rule"), [(True, ""), (None, ""), (False, "stale")])
def test_a_snapshot_whose_image_was_written_to_since_is_not_gone_back_to(
    intact: bool | None, rule: str
) -> None:
    """Though its record fits the chain, as when a commit was begun and given up."""
    web = chained(2)
    assert web.forest is not None
    noted = tuple(
        replace(s, disks=tuple(replace(d, intact=intact) for d in s.disks))
        for s in web.forest.snapshots
    )
    web = replace(web, forest=Forest(noted, "s2"))
    assert refused(local(web), Revert(ref(web), "s1", safety=False)) == rule


def test_what_an_image_holds_that_was_written_to_is_never_noted_as_right() -> None:
    web = chained(2)
    assert web.forest is not None
    spoilt = tuple(
        replace(s, disks=tuple(replace(d, intact=False) for d in s.disks))
        for s in web.forest.snapshots
    )
    web = replace(web, forest=Forest(spoilt, "s2"))
    for asked in (Delete(ref(web), "s2", cancellable=True), wish(web, "", BASE)):
        plan = allowed(local(web), asked)
        assert not any(isinstance(step, Vouch) for step in plan.steps)
