"""The connection was lost amid a step: what the domain shows of it, and what may be done again."""

from __future__ import annotations

import pytest

from kvmtui.model.domain import Domain, State
from kvmtui.model.job import Job, JobKind
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from kvmtui.plans import cut_short
from kvmtui.plans.steps import (
    AbortJob,
    AbortRam,
    AwaitReady,
    Commit,
    Copy,
    CreateSnapshot,
    DeleteSnapshot,
    Flush,
    Pivot,
    Power,
    Pull,
    RevertSnapshot,
    SetMetadata,
    StartOver,
    Step,
    Target,
    Verb,
    Vouch,
)
from kvmtui.plans.steps.lasting import lasts
from tests.worlds import COMMITTING, READY, chained, disk, domain, file, inner

WEB = chained(1)
OVERLAY = file("web.s1.qcow2")
CREATE = CreateSnapshot("web", "s1", targets=(Target("vda", "external", OVERLAY),), disk_only=True)
COMMIT = Commit("web", "vda", OVERLAY, file("web.qcow2"))
WORKING = replace(WEB, jobs=(COMMITTING,))
OFF = replace(WEB, state=State.OFF)
PAUSED = replace(WEB, state=State.PAUSED)
SAVING = replace(WEB, jobs=(Job("", JobKind.MEMORY, 1, 2),))


@pytest.mark.parametrize(
    ("step", "before", "after", "about"),
    [
        (CREATE, chained(0), WEB, True),
        (CREATE, chained(0), chained(0), False),
        (CREATE, None, WEB, True),
        (CREATE, chained(0), replace(WEB, forest=Forest()), False),
        (DeleteSnapshot("web", "s1"), WEB, chained(0), True),
        (DeleteSnapshot("web", "s1"), WEB, WEB, False),
        (Power("web", Verb.PAUSE), WEB, PAUSED, True),
        (Power("web", Verb.PAUSE), WEB, WEB, False),
        (Power("web", Verb.FORCE_OFF), WEB, OFF, True),
        (Power("web", Verb.SHUTDOWN), WEB, replace(WEB, state=State.STOPPING), True),
        (Power("web", Verb.SHUTDOWN), WEB, WEB, False),
        (COMMIT, WEB, WORKING, True),
        (COMMIT, WEB, WEB, False),
        (Pull("web", "vda"), WEB, WORKING, True),
        (Pull("web", "vda"), WEB, chained(0), True),
        (Copy("web", "vda", file("new"), "qcow2"), WEB, WEB, False),
        (AbortJob("web", "vda"), WORKING, WEB, True),
        (AbortJob("web", "vda"), WORKING, WORKING, False),
        (AbortRam("web"), SAVING, WEB, True),
        (AbortRam("web"), SAVING, OFF, False),
        (Pivot("web", "vda", file("web.qcow2")), WORKING, chained(0), True),
        (Pivot("web", "vda", file("web.qcow2")), WORKING, WORKING, False),
        (RevertSnapshot("web", "i1"), inner("i1", "i2"), inner("i1"), True),
        (RevertSnapshot("web", "i1"), inner("i1"), inner("i1"), False),
    ],
)
def test_only_what_the_domain_shows_and_did_not_before_came_about(
    step: Step, before: Domain | None, after: Domain, about: bool
) -> None:
    assert cut_short.came_about(step, before, after) is about


@pytest.mark.parametrize(
    ("step", "before", "after", "said"),
    [
        (
            CREATE,
            chained(0),
            chained(0),
            "the connection was lost; it was not done: there is no snapshot “s1”",
        ),
        (COMMIT, WEB, WEB, "the connection was lost; nothing shows that it was done"),
        (
            RevertSnapshot("web", "i1"),
            inner("i1", "i2"),
            replace(inner("i1", "i2"), state=State.OFF),
            "the connection was lost; “i1” may be in the images already, or may not: "
            "go back again (r); the domain is shut off now: o starts it",
        ),
        (
            CREATE,
            domain("web", disk(file("web.qcow2"), folder=frozenset())),
            domain("web", disk(file("web.qcow2"), folder=frozenset({OVERLAY}))),
            "the connection was lost; it was not done: there is no snapshot “s1”; "
            "web.s1.qcow2 stayed behind unused",
        ),
    ],
)
def test_what_did_not_come_about_is_told_with_what_it_left(
    step: Step, before: Domain, after: Domain, said: str
) -> None:
    assert cut_short.told(step, before, after) == said


@pytest.mark.parametrize(
    ("step", "waits", "again", "takes_away", "long"),
    [
        (AwaitReady("web", "vda"), True, False, False, True),
        (Vouch("web", "vda", ("s1",)), False, True, False, False),
        (SetMetadata("web", "title", "x"), False, True, False, False),
        (Pivot("web", "vda", file("a")), False, True, False, False),
        (StartOver("web", "s1"), False, True, True, False),
        (CREATE, False, False, False, False),
        (replace(CREATE, disk_only=False), False, False, False, True),
        (COMMIT, False, False, False, False),
        (DeleteSnapshot("web", "s1"), False, False, False, True),
        (RevertSnapshot("web", "i1"), False, False, True, True),
        (Power("web", Verb.FORCE_OFF), False, False, True, False),
        (Power("web", Verb.FORCE_OFF, only_paused=True), False, False, False, False),
        (Flush("web"), False, True, False, True),
        (Power("web", Verb.START), False, False, False, False),
    ],
)
def test_what_a_step_is_when_it_is_cut_short(
    step: Step, waits: bool, again: bool, takes_away: bool, long: bool
) -> None:
    assert cut_short.waits(step) is waits
    assert cut_short.can_be_done_again(step) is again
    assert cut_short.takes_away(step) is takes_away
    assert lasts(step) is long


def test_a_job_that_was_there_before_is_not_the_one_that_was_begun() -> None:
    ready = replace(WEB, jobs=(READY,))
    assert not cut_short.came_about(COMMIT, ready, ready)
