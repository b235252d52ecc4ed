"""Starting, stopping and pausing a domain."""

from __future__ import annotations

from os.path import basename

from kvmtui.model.domain import State
from kvmtui.plans import guest
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.steps import Power, Verb
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Switch

_FROM = {
    Verb.START: (State.OFF, State.CRASHED),
    Verb.START_PAUSED: (State.OFF, State.CRASHED),
    Verb.SHUTDOWN: (State.RUNNING,),
    Verb.PAUSE: (State.RUNNING,),
    Verb.RESUME: (State.PAUSED,),
    Verb.FORCE_OFF: (State.RUNNING, State.PAUSED, State.STOPPING, State.CRASHED, State.ASLEEP),
}


def refuse(subject: Subject, verb: Verb) -> Refusal | None:
    """Why the domain cannot be switched so."""
    if subject.domain.state not in _FROM[verb]:
        return Refusal("state", f"{subject.name} is {subject.domain.state.value}")
    return None


def plan(subject: Subject, wish: Switch) -> Plan | Refusal:
    """One call; forcing off is what a power cut is."""
    refusal = refuse(subject, wish.verb)
    if refusal:
        return refusal
    losses = _losses(subject, wish.verb)
    return Plan(
        ref=subject.ref,
        title=f"{wish.verb.value.capitalize()} {subject.name}",
        verb=wish.verb.value.capitalize(),
        steps=(Power(subject.name, wish.verb),),
        afterwards=guest.set_time(subject) if _wakes(subject, wish.verb) else (),
        danger=Danger.LOSS if losses else Danger.NONE,
        losses=losses,
        effects=_effects(subject, wish.verb),
        warnings=_warnings(subject, wish.verb),
    )


def _wakes(subject: Subject, verb: Verb) -> bool:
    """Whether saved RAM goes on running, with the time of then."""
    return verb is Verb.START and subject.config.managed_save


def _losses(subject: Subject, verb: Verb) -> tuple[str, ...]:
    told = []
    if verb is Verb.FORCE_OFF:
        told.append("the RAM, and what the guest has not written to its disks")
    if verb in (Verb.FORCE_OFF, Verb.SHUTDOWN) and not subject.config.persistent:
        told.append("the domain's definition with its snapshots' records: it is transient")
    if verb in (Verb.START, Verb.START_PAUSED):
        told += _overwritten(subject)
    return tuple(told)


def _overwritten(subject: Subject) -> list[str]:
    """Who stands on the image that a started domain writes to; a failed revert leaves it so."""
    told = []
    for disk in subject.config.writable:
        source = disk.active.source if disk.active else ""
        for snapshot in subject.forest.kept_by(source):
            told.append(f"the way back to “{snapshot.name}”: {basename(source)} is what it keeps")
        if not disk.shareable:
            for other in subject.others_using(source):
                told.append(f"the disk of {other}, which stands on {basename(source)}")
    return told


def _effects(subject: Subject, verb: Verb) -> tuple[str, ...]:
    if verb is Verb.SHUTDOWN:
        return ("asks the guest to shut down; a guest without ACPI or agent ignores it",)
    if verb in (Verb.START, Verb.START_PAUSED) and subject.config.managed_save:
        return ("continues from the saved RAM image",)
    return ()


def _warnings(subject: Subject, verb: Verb) -> tuple[str, ...]:
    if verb is Verb.SHUTDOWN and guest.is_frozen(subject):
        return ("its file systems are frozen: a guest that cannot write may hang; t thaws it",)
    if verb is not Verb.FORCE_OFF:
        return ()
    jobs = subject.domain.jobs
    return tuple(f"the running {job.kind.value} of {job.disk} ends unfinished" for job in jobs)
