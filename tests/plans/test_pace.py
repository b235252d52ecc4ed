"""The speed of a job, and what becomes of a guest that outruns it."""

from __future__ import annotations

import pytest

from kvmtui.model.disk import Disk
from kvmtui.model.domain import Domain, State
from kvmtui.model.job import Job, JobKind, Sample
from kvmtui.model.tuning import Tuning
from kvmtui.model.value import replace
from kvmtui.plans.jobs import pace
from kvmtui.plans.plan import Danger
from kvmtui.plans.steps import AwaitOver, Power, SetSpeed, Tune, Verb
from kvmtui.plans.wishes import Meanwhile, Pace
from tests.worlds import COMMITTING, GIB, READY, allowed, disk, domain, file, ref, refused, world

MIB = 2**20
FAST = Tuning()
SLOW = Tuning(writes=5 * MIB, reads=40 * MIB)


def web(
    job: Job | None = COMMITTING, now: Tuning = FAST, then: Tuning | None = FAST, **fields: object
) -> Domain:
    vda: Disk = disk(file("web.s1.qcow2"), file("web.qcow2"), tuning=now, lasting=then)
    return domain("web", vda, jobs=(job,) if job else (), **fields)


def wish(
    of: Domain, guest: Meanwhile = Meanwhile.LEAVE, writes: str = "4M", limit: str = ""
) -> Pace:
    return Pace(ref(of), "vda", limit, guest, writes)


@pytest.mark.parametrize(
    ("typed", "bandwidth"), [("20M", 20 * MIB), ("1.5G", 1536 * MIB), (" 512k ", 512 * 1024)]
)
@pytest.mark.parametrize("busy", ["", "wait until the merge of vda is ready"])
def test_a_limit_is_one_call_also_while_the_own_plan_runs(
    typed: str, bandwidth: int, busy: str
) -> None:
    plan = allowed(world(web(busy=busy)), wish(web(), limit=typed))
    assert plan.steps == (SetSpeed("web", "vda", bandwidth),)
    assert (plan.lastly, plan.danger) == ((), Danger.NONE)


@pytest.mark.parametrize("typed", ["", "0"])
def test_a_limit_is_taken_away(typed: str) -> None:
    limited = web(replace(COMMITTING, bandwidth=MIB))
    plan = allowed(world(limited), wish(limited, limit=typed))
    assert plan.steps == (SetSpeed("web", "vda", 0),)


def test_a_throttle_lasts_until_the_job_is_ready_or_over() -> None:
    plan = allowed(world(web()), wish(web(), Meanwhile.THROTTLE, limit="1G"))
    assert plan.steps == (
        Tune("web", "vda", 4 * MIB),
        SetSpeed("web", "vda", GIB),
        AwaitOver("web", "vda"),
    )
    assert plan.lastly == (Tune("web", "vda", 0),)
    assert plan.danger is Danger.NONE
    assert plan.beside, "whoever ends the job must know whether kvmtui itself has begun it"


def test_what_the_definition_says_comes_back_and_limits_of_reads_stay() -> None:
    limited = web(now=SLOW, then=SLOW)
    plan = allowed(world(limited), wish(limited, Meanwhile.THROTTLE, "4M"))
    assert plan.steps[0] == Tune("web", "vda", 4 * MIB, 40 * MIB)
    assert plan.lastly == (Tune("web", "vda", 5 * MIB, 40 * MIB),)


def test_a_second_throttle_does_not_take_the_first_for_what_was_before() -> None:
    throttled = web(now=Tuning(writes=5 * MIB))
    plan = allowed(world(throttled), wish(throttled, Meanwhile.THROTTLE, "4M"))
    assert plan.lastly == (Tune("web", "vda", 0),)
    assert any("5.0M/s" in told and "does not come back" in told for told in plan.warnings)


def test_a_paused_guest_is_resumed_whatever_becomes_of_the_job() -> None:
    """It is paused first: where that does not come about, nobody resumes it."""
    plan = allowed(world(web()), wish(web(), Meanwhile.PAUSE, limit="1G"))
    assert plan.steps == (
        Power("web", Verb.PAUSE),
        SetSpeed("web", "vda", GIB),
        AwaitOver("web", "vda"),
    )
    assert plan.lastly == (Power("web", Verb.RESUME, only_paused=True),)
    assert plan.danger is Danger.LOSS


@pytest.mark.parametrize("job", [COMMITTING, None], ids=["running", "over"])
def test_a_throttle_is_taken_away_also_after_the_job(job: Job | None) -> None:
    throttled = web(job, now=Tuning(writes=MIB, reads=40 * MIB), then=SLOW)
    plan = allowed(world(throttled), wish(throttled, Meanwhile.FREE))
    assert plan.steps == (Tune("web", "vda", 5 * MIB, 40 * MIB),)
    assert plan.lastly == ()


def test_a_guest_that_was_paused_runs_again_before_the_job_is_over() -> None:
    paused = web(state=State.PAUSED, busy="wait until the job of vda is ready or over")
    plan = allowed(world(paused), wish(paused, Meanwhile.RESUME))
    assert plan.steps == (Power("web", Verb.RESUME),)
    assert plan.lastly == ()


def test_a_limit_that_the_guest_outruns_is_warned_of() -> None:
    samples = (Sample(0, 0, GIB), Sample(8, GIB, 3 * GIB))
    losing = web(replace(COMMITTING, samples=samples))
    plan = allowed(world(losing), wish(losing, limit="20M"))
    assert plan.warnings == ("the guest writes faster than that: the job would not end",)
    assert allowed(world(losing), wish(losing, limit="1G")).warnings == ()


PULL = replace(COMMITTING, kind=JobKind.PULL)
OTHERS = Tuning(others=True)
THROTTLE, PAUSE, FREE = Meanwhile.THROTTLE, Meanwhile.PAUSE, Meanwhile.FREE


@pytest.mark.parametrize(
    ("of", "guest", "rule"),
    [
        (web(), Meanwhile.LEAVE, "nothing"),
        (web(None), Meanwhile.LEAVE, "no job"),
        (web(None, busy="take snapshot “s1”"), Meanwhile.LEAVE, "busy"),
        (web(busy="delete snapshot “s1”"), THROTTLE, "delete"),
        (web(PULL), THROTTLE, "no race"),
        (web(PULL), PAUSE, "no race"),
        (web(READY), THROTTLE, "ready"),
        (web(READY), PAUSE, "ready"),
        (web(state=State.PAUSED), PAUSE, "state"),
        (web(), Meanwhile.RESUME, "no pause"),
        (web(None, now=SLOW, state=State.PAUSED), Meanwhile.RESUME, "no pause"),
        (web(state=State.PAUSED), THROTTLE, ""),
        (web(state=State.CRASHED), THROTTLE, "state"),
        (web(now=OTHERS, then=OTHERS), THROTTLE, "other limits"),
        (web(then=OTHERS), THROTTLE, "other limits"),
        (web(now=SLOW, then=None), THROTTLE, "transient"),
        (web(then=None), THROTTLE, ""),
        (web(now=SLOW, then=None), FREE, ""),
        (web(), FREE, "no throttle"),
        (web(now=SLOW, then=SLOW), FREE, "no throttle"),
        (web(None, now=SLOW), THROTTLE, "no job"),
    ],
)
def test_reasons_against_it(of: Domain, guest: Meanwhile, rule: str) -> None:
    assert refused(world(of), wish(of, guest)) == rule


def test_saving_ram_has_no_limit() -> None:
    saving = domain("web", jobs=(Job("", JobKind.MEMORY),))
    assert refused(world(saving), Pace(ref(saving), "")) == "memory"


@pytest.mark.parametrize(
    ("guest", "limit", "writes", "rule"),
    [
        (Meanwhile.LEAVE, "fast", "", "speed"),
        (Meanwhile.LEAVE, "20X", "", "speed"),
        (Meanwhile.LEAVE, "-1M", "", "speed"),
        (THROTTLE, "", "a bit", "speed"),
        (THROTTLE, "", "", "throttle"),
        (THROTTLE, "", "0", "throttle"),
        (THROTTLE, "", "5M", "throttle"),
        (THROTTLE, "", "4.9M", ""),
        (PAUSE, "", "a bit", ""),
    ],
)
def test_what_is_no_speed_or_no_throttle(
    guest: Meanwhile, limit: str, writes: str, rule: str
) -> None:
    limited = web(now=SLOW, then=SLOW)
    assert refused(world(limited), wish(limited, guest, writes, limit)) == rule


@pytest.mark.parametrize(
    ("rate", "text"),
    [(None, "10M"), (0, "10M"), (100 * MIB, "50M"), (3 * MIB, "1M"), (MIB, "512K")],
)
def test_a_throttle_of_half_the_job_s_speed_is_proposed(rate: int | None, text: str) -> None:
    samples = () if rate is None else (Sample(0, 0, GIB), Sample(2, 2 * rate, GIB))
    assert pace.proposed(replace(COMMITTING, samples=samples)) == text
