"""Starting, stopping and pausing a domain."""

from __future__ import annotations

from os.path import basename

from kvmtui.model.domain import State
from kvmtui.plans import depth, guest, names, ram, rights, rules, starved
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.standing import harmed
from kvmtui.plans.steps import Power, Verb
from kvmtui.plans.subject import Subject, engaged
from kvmtui.plans.wishes import Switch

STARTS = (Verb.START, Verb.START_PAUSED, Verb.START_FRESH)
"""Starts that are one call of ``virDomainCreate``."""

_OFF = (State.OFF, State.CRASHED)
_ON = (State.RUNNING, State.PAUSED)

_FROM = {
    Verb.START: _OFF,
    Verb.START_PAUSED: _OFF,
    Verb.START_FRESH: _OFF,
    Verb.START_FROM: _OFF,
    Verb.SHUTDOWN: (State.RUNNING,),
    Verb.PAUSE: (State.RUNNING,),
    Verb.RESUME: (State.PAUSED,),
    Verb.FORCE_OFF: (State.RUNNING, State.PAUSED, State.STOPPING, State.CRASHED, State.ASLEEP),
    Verb.SAVE: _ON,
    Verb.SAVE_TO: _ON,
}

_MORE = {
    Verb.START_FRESH: ram.refuse_fresh,
    Verb.START_FROM: ram.refuse_start,
    Verb.SAVE: ram.refuse_save,
    Verb.SAVE_TO: ram.refuse_save,
}
"""What else can refuse a verb."""


def offered(state: State) -> tuple[Verb, ...]:
    """The verbs worth showing: starts for what is off, the others for what is on."""
    return tuple(
        verb
        for verb, fits in _FROM.items()
        if state in fits or (State.OFF in fits) is not state.active
    )


def refuse(subject: Subject, verb: Verb) -> Refusal | None:
    """Why the domain cannot be switched so."""
    taken = engaged(subject.domain) if verb is not Verb.FORCE_OFF else None
    if taken is not None:
        return taken
    if subject.domain.state not in _FROM[verb]:
        return Refusal("state", f"{subject.name} is {subject.domain.state.value}")
    more = _MORE.get(verb)
    return rules.first(
        rights.refuse(subject.domain, rights.verb_needs(verb)),
        _nothing_to_start_on(subject) if verb in (*STARTS, Verb.START_FROM) else None,
        depth.refuse(subject) if verb in (*STARTS, Verb.START_FROM) else None,
        more(subject) if more else None,
    )


def _nothing_to_start_on(subject: Subject) -> Refusal | None:
    """QEMU opens every layer of every disk; libvirt drops only a disk that may be left out."""
    for disk in (disk for disk in subject.config.disks if not disk.optional):
        lost = next((layer for layer in disk.layers if layer.missing), None)
        if lost is not None:
            return Refusal("layer missing", f"{basename(lost.source)} of {disk.target} is missing")
    return None


def plan(subject: Subject, wish: Switch) -> Plan | Refusal:
    """One call; forcing off is what a power cut is."""
    refusal = refuse(subject, wish.verb)
    if refusal:
        return refusal
    match wish.verb:
        case Verb.SAVE:
            return ram.managed(subject)
        case Verb.SAVE_TO:
            return ram.save_to(subject, wish.file)
        case Verb.START_FROM:
            return ram.start_from(subject, wish.file)
    losses = _losses(subject, wish.verb)
    return Plan(
        ref=subject.ref,
        title=_title(subject, wish.verb),
        verb=wish.verb.value.capitalize(),
        steps=(Power(subject.name, wish.verb),),
        afterwards=guest.set_time(subject) if _wakes(subject, wish.verb) else (),
        danger=Danger.LOSS if losses or wish.verb is Verb.SHUTDOWN else Danger.NONE,
        losses=losses,
        effects=_effects(subject, wish.verb),
        warnings=_warnings(subject, wish.verb),
    )


def _wakes(subject: Subject, verb: Verb) -> bool:
    """Whether saved RAM goes on running, with the time of then."""
    return verb is Verb.START and subject.config.managed_save


def _title(subject: Subject, verb: Verb) -> str:
    """What is done when the call has come back: whether a guest shuts down is for it to say."""
    if verb is Verb.SHUTDOWN:
        return f"Ask {subject.name} to shut down"
    return f"{verb.value.capitalize()} {subject.name}"


def _losses(subject: Subject, verb: Verb) -> tuple[str, ...]:
    told = []
    if verb is Verb.FORCE_OFF:
        told.append("the RAM, and what the guest has not written to its disks")
    if verb in (Verb.FORCE_OFF, Verb.SHUTDOWN) and not subject.config.persistent:
        told.append("the domain's definition with its snapshots' records: it is transient")
    if verb is Verb.START_FRESH:
        told.append("the saved RAM that waits: for the guest's programs it is a power cut")
    return (*told, *(harmed(subject) if verb in STARTS else ()))


def _effects(subject: Subject, verb: Verb) -> tuple[str, ...]:
    if verb is Verb.SHUTDOWN:
        return (
            "what the guest serves stops until it is started again",
            "a guest without ACPI or agent ignores it",
        )
    if verb in (Verb.START, Verb.START_PAUSED) and subject.config.managed_save:
        return ("continues from the saved RAM image",)
    if verb is Verb.FORCE_OFF and subject.domain.stranded:
        return ("it was off before, and started paused only for a merge",)
    there = names.saved(subject) if verb in STARTS else ()
    if there:
        return (f"{basename(there[0])} may hold RAM of it: “start from a file” goes on there",)
    return ()


def _warnings(subject: Subject, verb: Verb) -> tuple[str, ...]:
    if verb is Verb.RESUME and subject.domain.stranded:
        return ("it was off, and started paused only for a merge: this lets its guest start",)
    stuck = depth.warnings(subject) if verb in (Verb.SHUTDOWN, Verb.FORCE_OFF) else ()
    if verb is Verb.SHUTDOWN and guest.is_frozen(subject):
        hangs = "its file systems are frozen: a guest that cannot write may hang; t thaws it"
        return (*stuck, hangs)
    full = [starved.where(d) for d in starved.disks(subject.domain) if starved.is_full(d)]
    if verb is Verb.RESUME and full:
        return (f"it will stop again at once, unless room was made on {full[0]}",)
    if verb is not Verb.FORCE_OFF:
        return stuck
    busy = subject.domain.busy
    cut = (f"what kvmtui does with it now is cut short: {busy}",) if busy else ()
    jobs = subject.domain.jobs
    ended = (f"the running {job.kind.value} of {job.disk} ends unfinished" for job in jobs)
    return (*_needless(subject), *stuck, *cut, *ended)


def _needless(subject: Subject) -> tuple[str, ...]:
    """What would lose nothing where a guest is to be forced off that only waits for room."""
    waits = starved.disks(subject.domain)
    if not waits:
        return ()
    return (f"it only waits for room on {starved.where(waits[0])}: make some and resume it",)
