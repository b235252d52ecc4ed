"""Ending a block job: cancelled, or switched over to what it made."""

from __future__ import annotations

import pytest

from kvmtui.model.disk import Mirror
from kvmtui.model.domain import Domain, State
from kvmtui.model.job import Job, JobKind
from kvmtui.model.value import replace
from kvmtui.plans.plan import Danger
from kvmtui.plans.steps import AbortJob, DeleteSnapshot, Pivot, Power, Verb
from kvmtui.plans.wishes import Cancel, Finish
from tests.worlds import (
    COMMITTING,
    READY,
    allowed,
    chained,
    disk,
    domain,
    file,
    marked,
    ref,
    refused,
    world,
)


def working(job: Job, busy: str = "", mirror: str = file("web.qcow2")) -> Domain:
    vda = disk(
        file("web.s1.qcow2"), file("web.qcow2"), mirror=Mirror("active-commit", mirror, True)
    )
    own = chained(1).forest
    return domain("web", vda, forest=own, jobs=(job,), busy=busy)


def test_cancelling_a_job_leaves_the_chain_as_it_was() -> None:
    web = working(COMMITTING, busy="merge the layers of vda")
    plan = allowed(world(web), Cancel(ref(web), "vda"))
    assert plan.steps == (AbortJob("web", "vda"),)
    assert plan.steps[0].virsh == "virsh blockjob --domain web --path vda --abort"
    assert plan.danger is Danger.LOSS


def test_switching_over_goes_where_the_mirror_is() -> None:
    web = working(READY, mirror="/img/copy.qcow2")
    plan = allowed(world(web), Finish(ref(web), "vda"))
    assert plan.steps == (Pivot("web", "vda", "/img/copy.qcow2"),)


def test_switching_over_names_the_snapshots_that_the_commit_has_merged() -> None:
    web = working(READY)
    plan = allowed(world(web), Finish(ref(web), "vda"))
    assert any("“s1”" in told for told in plan.losses)


@pytest.mark.parametrize(
    ("depth", "busy", "told"),
    [
        (1, "", ""),
        (2, "", "the way back to “s1”: its image is partly written to"),
        (3, "", "the way back to one of “s2”, “s1”: whose image is partly written to is not known"),
        (3, "merge web.s1.qcow2", ""),
    ],
)
def test_of_a_commit_below_the_active_layer_it_is_told_whose_state_it_may_have_spoilt(
    depth: int, busy: str, told: str
) -> None:
    """kvmtui's own has forgotten that record already."""
    inner = replace(COMMITTING, kind=JobKind.COMMIT)
    web = chained(depth, jobs=(inner,), busy=busy)
    plan = allowed(world(web), Cancel(ref(web), "vda"))
    assert [loss for loss in plan.losses if "way back" in loss] == ([told] if told else [])
    forgotten = [step.snapshot for step in plan.steps if isinstance(step, DeleteSnapshot)]
    assert forgotten == (["s1"] if depth == 2 else []), "only what is certain"


def test_of_a_commit_below_an_unrecorded_layer_it_is_told_who_may_be_spoilt() -> None:
    """Two bases are possible, and one of them is a snapshot's."""
    layers = ("web.x2.qcow2", "web.x1.qcow2", "web.s1.qcow2", "web.qcow2")
    inner = replace(COMMITTING, kind=JobKind.COMMIT)
    web = domain("web", disk(*map(file, layers)), forest=chained(1).forest, jobs=(inner,))
    plan = allowed(world(web), Cancel(ref(web), "vda"))
    assert "perhaps the way back to “s1”: its image may be partly written to" in plan.losses
    assert plan.steps == (AbortJob("web", "vda"),)


def test_a_pull_that_is_cancelled_has_lost_nothing() -> None:
    web = chained(2, jobs=(replace(COMMITTING, kind=JobKind.PULL),))
    plan = allowed(world(web), Cancel(ref(web), "vda"))
    assert plan.steps == (AbortJob("web", "vda"),)
    assert (plan.danger, plan.losses, plan.warnings) == (Danger.NONE, (), ())
    assert "nothing is lost: the active layer keeps what was copied into it" in plan.effects


PULL = replace(READY, kind=JobKind.PULL)
SAVING = Job("", JobKind.MEMORY)


@pytest.mark.parametrize(
    ("web", "disk_name", "rule"),
    [
        (working(COMMITTING), "vdb", "no job"),
        (chained(1), "", "no job"),
        (chained(1), "vda", "no job"),
        (working(COMMITTING, busy="delete snapshot “s1”"), "vda", "delete"),
    ],
)
def test_reasons_against_cancelling(web: Domain, disk_name: str, rule: str) -> None:
    assert refused(world(web), Cancel(ref(web), disk_name)) == rule


@pytest.mark.parametrize(
    ("web", "rule"),
    [
        (chained(1), "no job"),
        (chained(1, jobs=(READY,)), "no job"),
        (working(PULL), "no job"),
        (working(COMMITTING), "not ready"),
        (working(READY, busy="merge the layers of vda"), "busy"),
        (working(replace(READY, kind=JobKind.COPY)), ""),
    ],
)
def test_reasons_against_switching_over(web: Domain, rule: str) -> None:
    assert refused(world(web), Finish(ref(web), "vda")) == rule


@pytest.mark.parametrize("busy", ["", "take snapshot “s1” (disks and RAM)"])
def test_saving_ram_is_cancelled_by_libvirt_s_own_call(busy: str) -> None:
    web = replace(working(SAVING), busy=busy)
    plan = allowed(world(web), Cancel(ref(web), ""))
    assert [step.virsh for step in plan.steps] == ["virsh domjobabort --domain web"]
    assert plan.danger is Danger.LOSS
    assert plan.title == "Cancel saving the RAM of web"


@pytest.mark.parametrize("wish", [Cancel, Finish])
@pytest.mark.parametrize(
    ("state", "busy", "off"),
    [(State.PAUSED, "", True), (State.PAUSED, "merge", False), (State.RUNNING, "", False)],
)
def test_a_domain_that_was_started_only_for_the_job_is_off_again(
    wish: type[Cancel] | type[Finish], state: State, busy: str, off: bool
) -> None:
    if wish is Finish and busy:
        return  # kvmtui switches over by itself
    web = working(READY, busy)
    assert web.config is not None
    web = replace(web, state=state, config=replace(web.config, errand=True))
    plan = allowed(world(web), wish(ref(web), "vda"))
    assert plan.lastly == ((Power("web", Verb.FORCE_OFF, only_paused=True),) if off else ())


def test_what_libvirt_deletes_cannot_be_cancelled() -> None:
    """Nobody can tell its job from an own commit of the same layers."""
    job = Job("vda", JobKind.COMMIT, 1, 4)
    web = replace(marked(chained(3), "s1"), jobs=(job,))
    plan = allowed(world(web), Cancel(ref(web), "vda"))
    assert plan.warnings == ("if this is libvirt deleting “s2”, it cannot be cancelled",)
    assert not allowed(world(replace(chained(3), jobs=(job,))), Cancel(ref(web), "vda")).warnings
