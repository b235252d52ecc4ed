"""Whether the domain uses the files that it should, and no others are left."""

from __future__ import annotations

from os.path import basename

from kvmtui.model.domain import Domain
from kvmtui.plans.steps import (
    AwaitMerged,
    CreateSnapshot,
    Pivot,
    RemoveFile,
    RestoreRam,
    StartOver,
    Step,
    Target,
)


def missing(step: Step, domain: Domain) -> str | None:
    """Which file is used that should not be, or is still there."""
    match step:
        case CreateSnapshot(targets=targets) | StartOver(targets=targets):
            return _above(domain, targets)
        case RestoreRam(disks=disks):
            return _on(domain, disks)
        case Pivot(disk=target, base=base):
            return _active(domain, target, base)
        case AwaitMerged(disk=target, top=top):
            disk = domain.config.disk(target) if domain.config else None
            there = disk is None or disk.position(top) is not None
            return f"{top} is still a layer of {target}" if there else None
        case RemoveFile(file=file):
            listed = domain.config.disks if domain.config else ()
            there = any(file in (disk.folder or ()) for disk in listed)
            return f"{file} is still there" if there else None
    return None


def unlike(domain: Domain, target: str, layers: tuple[str, ...]) -> str:
    """What the disk stands on instead of these layers; empty when it stands on them."""
    disk = domain.config.disk(target) if domain.config else None
    found = tuple(layer.source for layer in disk.layers) if disk else ()
    if found == layers:
        return ""
    names, wanted = (" on ".join(map(basename, chain)) for chain in (found, layers))
    return f"{target} is {names or 'gone'}, not {wanted}"


def _above(domain: Domain, targets: tuple[Target, ...]) -> str | None:
    """As ``_on``, or on what somebody else has put on top of that meanwhile."""
    disks = domain.config.disks if domain.config else ()
    held = {(disk.target, layer.source) for disk in disks for layer in disk.layers}
    return _on(domain, tuple(t for t in targets if (t.disk, t.file) not in held))


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
