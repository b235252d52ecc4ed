"""Pulling: the steps, what is told of snapshots, and the reasons against it."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.disk import Disk, ImageSnapshot
from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from kvmtui.model.world import World
from kvmtui.plans import mend
from kvmtui.plans.flushing import MOMENT
from kvmtui.plans.plan import Danger
from kvmtui.plans.steps import AwaitMerged, DeleteSnapshot, Flush, Power, RemoveFile, Verb, Vouch
from kvmtui.plans.steps import Pull as PullStep
from kvmtui.plans.subject import Subject, find
from kvmtui.plans.wishes import Delete, Merge, Pull, Revert
from tests.worlds import (
    COMMITTING,
    GIB,
    V9,
    V11,
    V12,
    allowed,
    chained,
    disk,
    domain,
    external,
    facts,
    file,
    host,
    internal,
    ref,
    refused,
)

BASE, ONE, TWO, THREE = (file(f"web{n}.qcow2") for n in ("", ".s1", ".s2", ".s3"))


def here(*domains: Domain, **fields: Any) -> World:
    """The host's files are this machine's."""
    return World((host(*domains, **{"facts": replace(facts(), local=True), **fields}),))


def wish(of: Domain, base: str = "", **fields: Any) -> Pull:
    return Pull(ref(of), "vda", base, **fields)


def test_the_images_are_vouched_for_before_the_chain_shows_them_no_more() -> None:
    web = chained(3)
    plan = allowed(here(web), wish(web))
    assert plan.steps == (
        Vouch("web", "vda", ("s1", "s2", "s3")),
        PullStep("web", "vda"),
        AwaitMerged("web", "vda", TWO),
    )
    assert (plan.danger, plan.losses) == (Danger.NONE, ())
    assert [step.virsh for step in plan.steps[1:]] == [
        "virsh blockpull --domain web --path vda",
        "virsh blockjob --domain web --path vda --info",
    ]
    assert any("“s1”, “s2”, “s3” go back to stay as they are" in told for told in plan.effects)


def test_down_to_a_base_the_snapshot_that_it_keeps_is_vouched_for_too() -> None:
    """Its overlay is no longer right above it."""
    web = chained(3)
    plan = allowed(here(web, commit_bandwidth=7), wish(web, ONE))
    assert plan.steps[:2] == (Vouch("web", "vda", ("s2", "s3")), PullStep("web", "vda", ONE, 7))
    assert "--base /img/web.s1.qcow2 --bytes --bandwidth 7" in plan.steps[1].virsh


def test_where_nobody_can_look_the_way_back_is_lost_and_named() -> None:
    web = chained(2)
    plan = allowed(World((host(web),)), wish(web))
    assert not any(isinstance(step, Vouch) for step in plan.steps)
    assert [("“s2”" in told, "“s1”" in told) for told in plan.losses] == [
        (True, False),
        (False, True),
    ]
    assert plan.danger is Danger.LOSS


def test_files_that_nobody_needs_are_told() -> None:
    web = domain("web", disk(THREE, TWO, ONE, BASE), forest=Forest())
    plan = allowed(here(web), wish(web, BASE))
    assert "web.s2.qcow2 stays, unused" in plan.effects
    assert "web.s1.qcow2 stays, unused" in plan.effects
    named = external("s2", base="web.s2.qcow2", overlay="web.s3.qcow2")
    web = replace(web, forest=Forest((named,), "s2"))
    plan = allowed(here(web), wish(web, BASE))
    assert not any("unused" in told for told in plan.effects), "s1 is what s2 stands on"


def test_a_domain_that_is_off_is_started_paused() -> None:
    web = chained(1, state=State.OFF)
    plan = allowed(here(web), wish(web))
    assert plan.steps[:2] == (
        Vouch("web", "vda", ("s1",)),
        Power("web", Verb.START_PAUSED, for_merge=True),
    )
    assert plan.lastly == (Power("web", Verb.FORCE_OFF, only_paused=True),)


ONE_UP = chained(2)
ACTIVE = disk(TWO, ONE, BASE)


def on(shown: Disk) -> Domain:
    assert ONE_UP.config is not None
    return replace(ONE_UP, config=replace(ONE_UP.config, disks=(shown,)))


def changed(number: int, **fields: Any) -> Domain:
    """One layer of the chain is different."""
    layers = list(ACTIVE.layers)
    layers[number] = replace(layers[number], **fields)
    return on(replace(ACTIVE, layers=tuple(layers)))


@pytest.mark.parametrize(
    ("state", "flush", "minds"),
    [
        (State.RUNNING, (Flush("web"),), False),
        (State.PAUSED, (), True),
        (State.OFF, (), False),
    ],
)
def test_it_is_done_once_qemu_has_written_down_where_everything_is(
    state: State, flush: tuple[Flush, ...], minds: bool
) -> None:
    web = replace(ONE_UP, state=state)
    plan = allowed(here(web), Pull(ref(web), "vda"))
    assert plan.afterwards == flush
    assert (MOMENT in plan.effects) is bool(flush)
    assert any("has lost what was pulled up" in told for told in plan.warnings) is minds


@pytest.mark.parametrize(
    ("web", "base", "rule"),
    [
        (chained(0), "", "one layer"),
        (ONE_UP, TWO, "base"),
        (ONE_UP, ONE, "base"),
        (ONE_UP, BASE, ""),
        (ONE_UP, "/elsewhere", "base"),
        (replace(ONE_UP, jobs=(COMMITTING,)), "", "block job"),
        (changed(2, missing=True), "", "layer missing"),
        (changed(0, snapshots=(ImageSnapshot("by hand", 0),)), "", "internal inside"),
        (changed(1, snapshots=(ImageSnapshot("by hand", 0),)), "", ""),
        (changed(0, free=GIB), "", "no room"),
        (changed(0, free=2 * GIB), "", ""),
        (changed(0, free=GIB, used=20 * GIB), "", ""),
    ],
)
def test_reasons_against_a_pull(web: Domain, base: str, rule: str) -> None:
    """An internal snapshot in the active layer would read zeros where it reads what is below."""
    assert refused(here(web), wish(web, base)) == rule


def test_a_recorded_internal_snapshot_in_the_active_layer_is_not_lost() -> None:
    inside = internal("i1", "s2", base="web.s2.qcow2")
    assert ONE_UP.forest is not None
    web = replace(ONE_UP, forest=Forest((*ONE_UP.forest.snapshots, inside), "i1"))
    assert refused(here(web), wish(web)) == "internal inside"


def pulled(*, intact: bool | None) -> Domain:
    """After all of ``chained(2)`` was pulled."""
    assert ONE_UP.forest is not None
    below = {"s1": (), "s2": (BASE,)}
    noted = tuple(
        replace(s, disks=tuple(replace(d, below=below[s.name], intact=intact) for d in s.disks))
        for s in ONE_UP.forest.snapshots
    )
    flat = replace(disk(TWO), folder=frozenset((BASE, ONE, TWO)))
    return domain("web", flat, forest=Forest(noted, "s2"))


@pytest.mark.parametrize(("intact", "rule"), [(True, ""), (None, "stale"), (False, "stale")])
def test_what_is_vouched_for_can_be_gone_back_to(intact: bool | None, rule: str) -> None:
    web = pulled(intact=intact)
    for name in ("s1", "s2"):
        assert refused(here(web), Revert(ref(web), name, safety=False)) == rule


def test_it_is_not_taken_for_merged() -> None:
    web = pulled(intact=True)
    subject = find(here(web), ref(web))
    assert isinstance(subject, Subject)
    assert web.forest is not None
    assert mend.refuse(subject, web.forest.get("s2")) is not None


def test_its_delete_merges_nothing_and_removes_what_nobody_needs() -> None:
    web = pulled(intact=True)
    plan = allowed(here(web), Delete(ref(web), "s2"))
    forget = DeleteSnapshot("web", "s2", metadata_only=True)
    assert plan.steps == (Flush("web"), forget, RemoveFile("web", ONE))
    assert plan.effects[0] == MOMENT
    plan = allowed(here(web), Delete(ref(web), "s1"))
    assert plan.steps == (DeleteSnapshot("web", "s1", metadata_only=True),), "s2 stands on it"


def test_without_the_note_only_its_record_can_go() -> None:
    web = pulled(intact=None)
    assert refused(here(web), Delete(ref(web), "s2")) == "stale"
    assert not refused(here(web), Delete(ref(web), "s2", metadata_only=True))


def partly(*, intact: bool = True) -> Domain:
    """After ``chained(3)`` was pulled down to web.s1.qcow2: s3 stands on it beside the chain."""
    web = chained(3)
    assert web.forest is not None
    below = {"s1": (), "s2": (BASE,), "s3": (ONE, BASE)}
    noted = tuple(
        replace(
            s,
            disks=tuple(
                replace(d, below=below[s.name], intact=(intact and s.name != "s1") or None)
                for d in s.disks
            ),
        )
        for s in web.forest.snapshots
    )
    return domain("web", disk(THREE, ONE, BASE), forest=Forest(noted, "s3"))


def test_what_left_the_chain_is_not_lost_by_a_later_commit_or_delete() -> None:
    web = partly()
    assert refused(here(web), Merge(ref(web), "vda", ONE)) == "apart", "s3 stands on it"
    assert refused(here(web), Merge(ref(web), "vda", BASE, top=ONE)) == "apart"
    for libvirt in (V9, V11, V12):
        facts_ = replace(facts(libvirt), local=True)
        for as_commit in (False, True):
            wish = Delete(ref(web), "s1", cancellable=as_commit)
            assert refused(here(web, facts=facts_), wish) in ("apart", "forgotten"), libvirt
    for name in ("s1", "s2", "s3"):
        assert refused(here(web), Revert(ref(web), name, safety=False)) == ""


def test_once_it_is_deleted_they_can_be_had() -> None:
    web = partly()
    assert refused(here(web), Delete(ref(web), "s3")) == ""
    assert web.forest is not None
    first, second, _ = web.forest.snapshots
    alone = replace(web, forest=Forest((first, second), "s2"))
    assert refused(here(alone), Merge(ref(alone), "vda", ONE)) == ""
    assert refused(here(alone), Delete(ref(alone), "s2")) == ""


def test_a_layer_that_another_branch_may_stand_on_is_not_called_unused() -> None:
    """Where nobody can look into the images."""
    beside = external("b1", base="b1.qcow2", overlay="b2.qcow2")
    web = domain("web", disk(TWO, ONE, BASE), forest=Forest((beside,), None))
    assert not any("unused" in told for told in allowed(here(web), wish(web)).effects)
    known = replace(beside, disks=tuple(replace(d, below=()) for d in beside.disks))
    web = replace(web, forest=Forest((known,), None))
    assert any("unused" in told for told in allowed(here(web), wish(web)).effects)
