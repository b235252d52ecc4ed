"""Whether snapshots were made, gone back to and deleted."""

from __future__ import annotations

from kvmtui.model.domain import Domain
from kvmtui.model.inside import lost, unrecorded
from kvmtui.plans.steps import (
    AdoptSnapshot,
    CreateSnapshot,
    DeleteSnapshot,
    Redefine,
    RevertSnapshot,
    Step,
)


def missing(step: Step, domain: Domain) -> str | None:
    """What is not there, or still is."""
    match step:
        case CreateSnapshot(name=name):
            return _recorded(name, domain) or _held(name, domain)
        case AdoptSnapshot(snapshot=name):
            return _recorded(name, domain)  # a part is recorded only to be deleted
        case RevertSnapshot(snapshot=name):
            return _current(name, domain)
        case Redefine(snapshot=name, current=True):
            return None if _is_built_on(step, domain) else _current(name, domain)
        case DeleteSnapshot():
            return _deleted(step, domain)
    return None


def _recorded(name: str, domain: Domain) -> str | None:
    known = domain.forest.get(name) if domain.forest else None
    return None if known else f"there is no snapshot “{name}”"


def _held(name: str, domain: Domain) -> str | None:
    """libvirt before 10.9 calls it a success when QEMU did not understand the name."""
    known = domain.forest.get(name) if domain.forest else None
    without = lost(domain, known) if known else ()
    return f"the image of {', '.join(without)} does not hold “{name}”" if without else None


def _current(name: str, domain: Domain) -> str | None:
    current = domain.forest.current if domain.forest else None
    return None if current == name else f"“{name}” is not the current snapshot"


def _is_built_on(step: Redefine, domain: Domain) -> bool:
    """Whether somebody has taken snapshots of the overlays meanwhile, which hang below it."""
    forest = domain.forest
    if forest is None or step.snapshot not in forest.branch:
        return False
    return any(
        (disk.target, disk.base) in step.overlays
        for child in forest.children(step.snapshot)
        if child.name in forest.branch
        for disk in child.disks
    )


def _deleted(step: DeleteSnapshot, domain: Domain) -> str | None:
    forest = domain.forest
    if forest is None:
        return "the snapshots could not be read"
    if forest.get(step.snapshot) is not None:
        return f"snapshot “{step.snapshot}” is still there"
    return _emptied(step, domain) if step.inside else None


def _emptied(step: DeleteSnapshot, domain: Domain) -> str | None:
    """libvirt 9.0 calls it a success when an image of a domain that is off kept its snapshot."""
    held = next((found for found in unrecorded(domain) if found.name == step.snapshot), None)
    return f"“{held.name}” is still inside the image of {', '.join(held.disks)}" if held else None
