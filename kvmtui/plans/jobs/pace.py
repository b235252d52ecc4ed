"""How fast a job goes, and what becomes of a guest that writes faster than it copies."""

from __future__ import annotations

from kvmtui.model.disk import Disk
from kvmtui.model.domain import State
from kvmtui.model.job import Job, JobKind
from kvmtui.model.tuning import Tuning
from kvmtui.model.words import amount, size, typed
from kvmtui.plans import rules
from kvmtui.plans.jobs import speed
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.steps import AwaitOver, Power, SetSpeed, Step, Tune, Verb
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Meanwhile, Pace

PROPOSED = 10 * 2**20
"""Bytes per second of a throttle where the job's own speed is not known yet."""


def refuse(subject: Subject, target: str) -> Refusal | None:
    """Why there is neither a job whose speed could change nor a throttle to take away."""
    job, disk = subject.domain.job(target), subject.config.disk(target)
    if subject.domain.busy.startswith("delete"):
        reason = "libvirt changes nothing amid the merge of a snapshot delete"
        return Refusal("delete", reason, "wait for it to end")
    if job is not None and job.kind is JobKind.MEMORY:
        return Refusal("memory", "saving RAM has no limit that could be changed")
    if job is not None and disk is not None:
        return None
    if subject.domain.busy:
        return Refusal("busy", f"{subject.name} is busy: {subject.domain.busy}")
    if disk is None or not disk.throttled:
        return Refusal("no job", "no job runs whose speed could be changed")
    return None


def refuse_guest(subject: Subject, target: str, guest: Meanwhile) -> Refusal | None:
    """Why the guest cannot be treated so."""
    job, disk = subject.domain.job(target), subject.config.disk(target)
    match guest:
        case Meanwhile.THROTTLE:
            return rules.first(_needless(job), _untunable(subject, disk))
        case Meanwhile.PAUSE:
            return rules.first(_needless(job), _still(subject))
        case Meanwhile.RESUME if job is None or subject.domain.state is not State.PAUSED:
            return Refusal("no pause", "it is not paused beside a job")
        case Meanwhile.FREE if disk is None or not disk.throttled:
            return Refusal("no throttle", "its writes are not throttled")
    return None


def _needless(job: Job | None) -> Refusal | None:
    """Only a job that follows the guest's writes can be outrun by them."""
    if job is None:
        return Refusal("no job", "no job runs there")
    if not job.kind.switches:
        return Refusal("no race", f"a {job.kind.value} ends whatever the guest writes")
    return Refusal("ready", "the job is ready already") if job.ready else None


def _untunable(subject: Subject, disk: Disk | None) -> Refusal | None:
    """Limits that could not be put back as they were are left alone."""
    if subject.domain.state not in (State.RUNNING, State.PAUSED):
        return Refusal("state", f"{subject.name} is {subject.domain.state.value}")
    if disk is None:
        return Refusal("no disk", "the disk is gone")
    known = disk.lasting
    if disk.tuning.others or (known is not None and known.others):
        return Refusal("other limits", "the disk is limited in another way already")
    if known is None and disk.tuning.limited:
        return Refusal("transient", "the limits that it has could not be put back afterwards")
    return None


def _still(subject: Subject) -> Refusal | None:
    if subject.domain.state is State.RUNNING:
        return None
    return Refusal("state", f"{subject.name} is {subject.domain.state.value}")


def proposed(job: Job | None) -> str:
    """A throttle under which the job gains on the guest: half of what it copies."""
    half = int((job.rate if job else None) or 0) // 2
    return typed(half >> 20 << 20 or half >> 10 << 10 or PROPOSED)


def plan(subject: Subject, wish: Pace) -> Plan | Refusal:
    """What is done to the guest is undone as soon as the job is ready or over."""
    job, disk = subject.domain.job(wish.disk), subject.config.disk(wish.disk)
    refusal = rules.first(
        refuse(subject, wish.disk),
        refuse_guest(subject, wish.disk, wish.guest),
        speed.refuse(wish.limit),
        speed.refuse(wish.writes) if wish.guest is Meanwhile.THROTTLE else None,
    )
    if refusal or disk is None:
        return refusal or Refusal("no disk", "the disk is gone")
    before = disk.lasting or Tuning()
    back = Tune(subject.name, disk.target, before.writes, before.reads)
    first, lastly = _guest(subject, disk, wish, back)
    if isinstance(first, Refusal):
        return first
    limit = amount(wish.limit) or 0
    steps = (*first, *_speed(subject, job, limit))
    if not steps:
        return Refusal("nothing", "nothing is changed yet")
    wait = (AwaitOver(subject.name, disk.target),) if lastly else ()
    return Plan(
        ref=subject.ref,
        title=_title(subject.name, disk.target, wish.guest, limit),
        verb=_VERBS[wish.guest],
        steps=(*steps, *wait),
        lastly=lastly,
        beside=True,
        danger=Danger.LOSS if wish.guest is Meanwhile.PAUSE else Danger.NONE,
        effects=_effects(wish),
        warnings=(*_warnings(job, limit), *_replaced(disk, wish)),
    )


def _title(name: str, target: str, guest: Meanwhile, limit: int) -> str:
    match guest:
        case Meanwhile.THROTTLE:
            return f"Throttle what {name} writes to {target}"
        case Meanwhile.PAUSE:
            return f"Pause {name} until the job of {target} is ready"
        case Meanwhile.RESUME:
            return f"Resume {name}"
        case Meanwhile.FREE:
            return f"Take the throttle of {target} of {name} away"
    to = f"Limit the job of {target} of {name} to {size(limit)}/s"
    return to if limit else f"Take the limit of {target} of {name} away"


_VERBS = {
    Meanwhile.LEAVE: "Set the limit",
    Meanwhile.THROTTLE: "Throttle",
    Meanwhile.PAUSE: "Pause",
    Meanwhile.RESUME: "Resume",
    Meanwhile.FREE: "Take it away",
}


def _speed(subject: Subject, job: Job | None, limit: int) -> tuple[Step, ...]:
    if job is None or job.bandwidth == limit:
        return ()
    return (SetSpeed(subject.name, job.disk, limit),)


def _guest(
    subject: Subject, disk: Disk, wish: Pace, back: Tune
) -> tuple[tuple[Step, ...] | Refusal, tuple[Step, ...]]:
    """What is done to the guest, and how that is undone."""
    name = subject.name
    match wish.guest:
        case Meanwhile.THROTTLE:
            writes = amount(wish.writes) or 0
            if not writes or 0 < back.writes <= writes:
                limit = f"the {size(back.writes)}/s that it may have" if back.writes else "none"
                return Refusal("throttle", f"that would throttle nothing: its limit is {limit}"), ()
            tune = Tune(name, disk.target, writes, back.reads)
            tuned = (disk.tuning.writes, disk.tuning.reads) == (writes, back.reads)
            return () if tuned else (tune,), () if tuned else (back,)
        case Meanwhile.PAUSE:
            resume = Power(name, Verb.RESUME, only_paused=True)
            return (Power(name, Verb.PAUSE),), (resume,)
        case Meanwhile.RESUME:
            return (Power(name, Verb.RESUME),), ()
        case Meanwhile.FREE:
            return (back,), ()
    return (), ()


def _effects(wish: Pace) -> tuple[str, ...]:
    if wish.guest is Meanwhile.THROTTLE:
        return (
            "whatever writes to that disk in the guest waits longer",
            "if kvmtui is killed before that, b takes the throttle away, or the next start",
        )
    if wish.guest is Meanwhile.PAUSE:
        return (
            "what the guest serves stands still until then",
            "if kvmtui is killed before that, it stays paused: o resumes it",
        )
    return ()


def _replaced(disk: Disk, wish: Pace) -> tuple[str, ...]:
    """A limit that somebody set for this run alone."""
    if wish.guest is not Meanwhile.THROTTLE or not disk.throttled:
        return ()
    told = f"its limit of {size(disk.tuning.writes)}/s, set for this run alone,"
    return (f"{told} does not come back: afterwards it has what the next start gives it",)


def _warnings(job: Job | None, limit: int) -> tuple[str, ...]:
    """A limit below what the guest writes has the job never end."""
    if job is None or not job.kind.switches or not limit or job.ready or job.rate is None:
        return ()
    if limit < job.rate and not job.converges:
        return ("the guest writes faster than that: the job would not end",)
    return ()
