"""What must be true once a step is done; only what was read back counts as done."""

from __future__ import annotations

from kvmtui.model.domain import Domain, State
from kvmtui.model.guest import Answer
from kvmtui.model.inside import unrecorded
from kvmtui.plans.steps import (
    AdoptSnapshot,
    After,
    Amend,
    AwaitMerged,
    CreateSnapshot,
    DeleteSnapshot,
    EditRecord,
    Freeze,
    ManagedSave,
    Pivot,
    Power,
    Redefine,
    RemoveFile,
    RemoveManagedSave,
    RestoreRam,
    RevertSnapshot,
    SaveTo,
    SetMetadata,
    StartFrom,
    StartOver,
    Step,
    Target,
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
    """What the step should have brought about and the domain, read again, does not show."""
    match step:
        case CreateSnapshot():
            return _created(step, domain)
        case StartOver():
            return _on(domain, step.targets)
        case RestoreRam(paused=paused):
            wanted = State.PAUSED if paused else State.RUNNING
            fits = domain.state is wanted
            return _on(domain, step.disks) if fits else f"the domain is {domain.state.value}"
        case DeleteSnapshot():
            return _deleted(step, domain)
        case Amend():
            return _amended(step, domain)
        case AwaitMerged(disk=target, top=top):
            disk = domain.config.disk(target) if domain.config else None
            there = disk is None or disk.position(top) is not None
            return f"{top} is still a layer of {target}" if there else None
        case RemoveFile(file=file):
            disks = domain.config.disks if domain.config else ()
            there = any(file in (disk.folder or ()) for disk in disks)
            return f"{file} is still there" if there else None
        case RemoveManagedSave():
            there = domain.config is None or domain.config.managed_save
            return "the saved RAM image is still there" if there else None
        case RevertSnapshot(snapshot=name, after=after):
            return _current(domain, name) or _in_state(domain, _AFTER.get(after))
        case Redefine(snapshot=name, current=True):
            return _current(domain, name)
        case AdoptSnapshot(snapshot=name):
            known = domain.forest.get(name) if domain.forest else None
            return None if known else f"there is no snapshot “{name}”"
        case EditRecord():
            return _recorded(step, domain)
        case SetMetadata(kind=kind, text=text):
            fits = domain.config is not None and getattr(domain.config, kind) == text
            return None if fits else f"the {kind} is not what was written"
        case Pivot(disk=target, base=base):
            return _active(domain, target, base)
        case Power(verb=verb):
            return _in_state(domain, _STATES.get(verb))
        case ManagedSave():
            there = domain.config is not None and domain.config.managed_save
            unsaved = None if there else "libvirt has no saved RAM of it"
            return _in_state(domain, (State.OFF,)) or unsaved
        case SaveTo():
            return _in_state(domain, (State.OFF,))
        case StartFrom():
            return _in_state(domain, _STATES[Verb.START])
        case Freeze() | Thaw():
            return _frozen(domain, isinstance(step, Freeze))
    return None


def _frozen(domain: Domain, wanted: bool) -> str | None:
    guest = domain.guest
    if guest is None or guest.answer is not Answer.ANSWERING:
        return "the guest agent does not answer"
    if guest.frozen is not wanted:
        return "the file systems are " + ("frozen" if guest.frozen else "not frozen")
    return None


def _deleted(step: DeleteSnapshot, domain: Domain) -> str | None:
    forest, name = domain.forest, step.snapshot
    if forest is None:
        return "the snapshots could not be read"
    if step.only_below:
        below = next(iter(forest.children(name)), None)
        left = f"snapshot “{below.name}” is still there" if below else None
        return left or (_emptied(step, domain) if step.inside else None)
    if forest.get(name):
        return f"snapshot “{name}” is still there"
    return _emptied(step, domain) if step.inside else None


def _emptied(step: DeleteSnapshot, domain: Domain) -> str | None:
    """libvirt 9.0 calls it a success when an image of a domain that is off kept its snapshot."""
    gone = (*step.below, *(() if step.only_below else (step.snapshot,)))
    held = next((found for found in unrecorded(domain) if found.name in gone), None)
    return f"“{held.name}” is still inside the image of {', '.join(held.disks)}" if held else None


def _amended(step: Amend, domain: Domain) -> str | None:
    """No record names the layer that is gone."""
    if domain.forest is None:
        return "the snapshots could not be read"
    for name in step.snapshots:
        snapshot = domain.forest.get(name)
        record = snapshot.disk(step.disk) if snapshot else None
        if record is None or record.base == step.merged:
            return f"“{name}” still names {step.merged}"
    return None


def _current(domain: Domain, name: str) -> str | None:
    current = domain.forest.current if domain.forest else None
    return None if current == name else f"“{name}” is not the current snapshot"


def _in_state(domain: Domain, states: tuple[State, ...] | None) -> str | None:
    fits = states is None or domain.state in states
    return None if fits else f"the domain is {domain.state.value}"


def _created(step: CreateSnapshot, domain: Domain) -> str | None:
    if domain.forest is None or domain.forest.get(step.name) is None:
        return f"there is no snapshot “{step.name}”"
    return _on(domain, step.targets)


def needless(step: Step, domain: Domain) -> bool:
    """Whether a step that undoes, or ends a plan, has nothing left to do."""
    ends = isinstance(step, DeleteSnapshot) or (isinstance(step, Power) and step.only_paused)
    return ends and missing(step, domain) is None


def _recorded(step: EditRecord, domain: Domain) -> str | None:
    name = step.name or step.snapshot
    record = domain.forest.get(name) if domain.forest else None
    if record is None or domain.forest is None:
        return f"there is no snapshot “{name}”"
    if step.current and domain.forest.current != name:
        return f"“{name}” is not the current snapshot"
    if step.description is not None and record.description != step.description:
        return f"the description of “{name}” is not what was written"
    if step.parent is not None and record.parent != step.parent:
        return f"“{name}” does not hang below “{step.parent}”"
    return None


def _on(domain: Domain, targets: tuple[Target, ...]) -> str | None:
    for target in targets:
        wrong = _active(domain, target.disk, target.file) if target.file else None
        if wrong:
            return wrong
    return None


def _active(domain: Domain, target: str, source: str) -> str | None:
    disk = domain.config.disk(target) if domain.config else None
    now = disk.active.source if disk and disk.active else "nothing"
    return None if now == source else f"{target} uses {now}, not {source}"
