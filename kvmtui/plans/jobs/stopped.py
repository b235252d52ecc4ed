"""What is known of a job that came to no end: libvirt says that it failed, but never why."""

from __future__ import annotations

from collections.abc import Iterable

from kvmtui.model.disk import Disk
from kvmtui.model.domain import Domain, State
from kvmtui.model.job import SLICE
from kvmtui.model.place import Place
from kvmtui.model.words import size
from kvmtui.plans.steps import AwaitMerged, AwaitReady, Commit, Copy, Pull, Step


def written(step: Step, steps: Iterable[Step], before: Domain | None) -> str:
    """The file that the job which ``step`` waits for writes to; empty for any other step.

    ``steps`` are those of the plan, ``before`` is the domain as it was before this one.
    """
    if not isinstance(step, AwaitReady | AwaitMerged):
        return ""
    found = ""
    for begun in steps:
        if begun is step:
            break
        match begun:
            case Commit(disk=step.disk, base=base):
                found = base
            case Copy(disk=step.disk, file=file):
                found = file
            case Pull(disk=step.disk):
                disk = _disk(before, step.disk)
                found = disk.active.source if disk and disk.active else ""
    return found


def no_room(place: Place) -> tuple[str, ...]:
    """QEMU wants room for a piece of what it copies at once."""
    if place.free is None or place.free >= SLICE:
        return ()
    return (f"{size(place.free)} are free on the file system of {place.path}",)


def told(step: AwaitReady | AwaitMerged, before: Domain | None, after: Domain) -> tuple[str, ...]:
    """What the guest stands on now."""
    then, now = _disk(before, step.disk), _disk(after, step.disk)
    if then is None or now is None or after.job(step.disk) is not None:
        return ()
    if [layer.source for layer in then.layers] != [layer.source for layer in now.layers]:
        return ()
    if after.state is State.RUNNING:
        return ("the guest goes on in the same layers as before the job",)
    return (f"{now.target} has the same layers as before the job",)


def _disk(domain: Domain | None, target: str) -> Disk | None:
    return domain.config.disk(target) if domain is not None and domain.config else None
