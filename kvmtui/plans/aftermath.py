"""What a step has done all the same, although libvirt reported an error."""

from __future__ import annotations

from os.path import basename

from kvmtui.model.disk import Disk
from kvmtui.model.domain import Domain, State
from kvmtui.plans.jobs import stopped
from kvmtui.plans.steps import (
    AwaitMerged,
    AwaitReady,
    Copy,
    CreateSnapshot,
    DeleteSnapshot,
    SaveTo,
    StartOver,
    Step,
    Target,
)
from kvmtui.plans.subject import named


def told(step: Step, before: Domain | None, after: Domain) -> tuple[str, ...]:
    """What the domain shows, read again after the error; nothing when nothing has changed."""
    found: tuple[str, ...] = ()
    if isinstance(step, CreateSnapshot):
        found = _created(step, after)
    elif isinstance(step, DeleteSnapshot):
        found = _deleted(step, before, after)
    elif isinstance(step, AwaitReady | AwaitMerged):
        found = stopped.told(step, before, after)
    return (*found, *_left(step, before, after), *state(before, after))


def _deleted(step: DeleteSnapshot, before: Domain | None, after: Domain) -> tuple[str, ...]:
    was = before is not None and before.forest is not None and before.forest.get(step.snapshot)
    if was and after.forest is not None and after.forest.get(step.snapshot) is None:
        return (f"snapshot “{step.snapshot}” is gone although libvirt reported an error",)
    return _merged(step, after) if step.merges else ()


def _merged(step: DeleteSnapshot, after: Domain) -> tuple[str, ...]:
    """libvirt marks a merge that has begun with the snapshot below; a root has none."""
    forest, snapshot = after.forest, after.forest.get(step.snapshot) if after.forest else None
    if forest is None or snapshot is None:
        return ()
    if forest.half_merged(snapshot):
        return (f"“{snapshot.name}” is half merged: there is no way back to it, delete it again",)
    external = (disk.target for disk in snapshot.disks if disk.mode == "external")
    if any(forest.preserving(snapshot, target) is None for target in external):
        spoilt = f"what “{snapshot.name}” goes back to may be partly overwritten"
        return (f"{spoilt}: delete it again",)
    return ()


def _created(step: CreateSnapshot, after: Domain) -> tuple[str, ...]:
    recorded = after.forest is not None and after.forest.get(step.name) is not None
    files = [target for target in step.targets if target.file]
    inside = any(target.mode == "internal" for target in step.targets)
    if recorded and (inside or all(_in_use(target, after) for target in files)):
        return (f"snapshot “{step.name}” is there although libvirt reported an error",)
    used = [target for target in files if _in_use(target, after)]
    if not used:
        return ()
    return _unrecorded(used, files)


def _in_use(target: Target, after: Domain) -> bool:
    disk = after.config.disk(target.disk) if after.config else None
    return disk is not None and disk.active is not None and disk.active.source == target.file


def _unrecorded(used: list[Target], files: list[Target]) -> tuple[str, ...]:
    """A later start works; only the way back to the moment of the snapshot has no name."""
    which = "the overlays are" if len(used) > 1 else "the overlay is"
    disks = ", ".join(target.disk for target in used)
    only = f" (only of {disks})" if len(used) < len(files) else ""
    return (
        f"{which} in use{only} although libvirt reported an error, and the snapshot has no record",
        f"commit {disks} (c) to be as before",
    )


def state(before: Domain | None, after: Domain) -> tuple[str, ...]:
    """In which other state the domain is than before, and what helps."""
    if before is None or before.state is after.state:
        return ()
    key = {State.OFF: ": o starts it", State.PAUSED: ": o resumes it"}.get(after.state, "")
    return (f"the domain is {after.state.value} now{key}",)


def _left(step: Step, before: Domain | None, after: Domain) -> tuple[str, ...]:
    """The files that libvirt was to make and that nothing uses, though they are there now."""
    there = _beside(after) - (_beside(before) if before is not None else frozenset())
    used = named(after) | {la.source for d in _disks(after) for la in d.layers}
    used |= {d.mirror.source for d in _disks(after) if d.mirror}
    left = [basename(file) for file in _made(step) if file in there - used]
    return (f"{' and '.join(left)} stayed behind unused",) if left else ()


def _made(step: Step) -> tuple[str, ...]:
    match step:
        case CreateSnapshot(targets=targets, memory_file=memory):
            return (*(target.file for target in targets), memory)
        case StartOver(targets=targets):
            return tuple(target.file for target in targets)
        case Copy(file=file) | SaveTo(file=file):
            return (file,)
    return ()


def _disks(domain: Domain) -> tuple[Disk, ...]:
    return domain.config.disks if domain.config else ()


def _beside(domain: Domain) -> frozenset[str]:
    """The files that are known to be there."""
    return frozenset().union(*(disk.folder for disk in _disks(domain) if disk.folder))
