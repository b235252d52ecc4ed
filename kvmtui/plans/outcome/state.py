"""Whether the domain is in the state that it should be in, its saved RAM and its guest too."""

from __future__ import annotations

from kvmtui.model.domain import Domain, State
from kvmtui.model.guest import Answer
from kvmtui.plans.steps import (
    After,
    Freeze,
    ManagedSave,
    Power,
    RemoveManagedSave,
    RestoreRam,
    RevertSnapshot,
    SaveTo,
    StartFrom,
    Step,
    Thaw,
    Verb,
)

_STATES = {
    Verb.START: (State.RUNNING, State.PAUSED),
    Verb.START_PAUSED: (State.PAUSED,),
    Verb.START_FRESH: (State.RUNNING, State.PAUSED),
    Verb.PAUSE: (State.PAUSED,),
    Verb.RESUME: (State.RUNNING,),
    Verb.FORCE_OFF: (State.OFF,),
}

_AFTER = {After.RUNNING: (State.RUNNING,), After.PAUSED: (State.PAUSED,)}


def missing(step: Step, domain: Domain) -> str | None:
    """In which other state it is."""
    match step:
        case Power(verb=verb):
            return _in(domain, _STATES.get(verb))
        case RevertSnapshot(after=after):
            return _in(domain, _AFTER.get(after))
        case RestoreRam(paused=paused):
            return _in(domain, (State.PAUSED if paused else State.RUNNING,))
        case StartFrom():
            return _in(domain, _STATES[Verb.START])
        case SaveTo():
            return _in(domain, (State.OFF,))
        case ManagedSave():
            there = domain.config is not None and domain.config.managed_save
            unsaved = None if there else "libvirt has no saved RAM of it"
            return _in(domain, (State.OFF,)) or unsaved
        case RemoveManagedSave():
            there = domain.config is None or domain.config.managed_save
            return "the saved RAM image is still there" if there else None
        case Freeze() | Thaw():
            return _frozen(domain, isinstance(step, Freeze))
    return None


def _in(domain: Domain, states: tuple[State, ...] | None) -> str | None:
    fits = states is None or domain.state in states
    return None if fits else f"the domain is {domain.state.value}"


def _frozen(domain: Domain, wanted: bool) -> str | None:
    guest = domain.guest
    if guest is None or guest.answer is not Answer.ANSWERING:
        return "the guest agent does not answer"
    if guest.frozen is not wanted:
        return "the file systems are " + ("frozen" if guest.frozen else "not frozen")
    return None
