"""Making, restoring, correcting and removing snapshots."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import libvirt

from kvmtui.host.base import Refused
from kvmtui.host.virt import agent, compose, keeping, saved
from kvmtui.host.virt.acting import amending, meanwhile, restart, users
from kvmtui.model import parse
from kvmtui.model.place import Place, There
from kvmtui.plans.steps import (
    After,
    CreateSnapshot,
    DeleteSnapshot,
    Redefine,
    RevertSnapshot,
)

_AFTER = {
    After.RUNNING: libvirt.VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING,
    After.PAUSED: libvirt.VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED,
}


def create(domain: Any, step: CreateSnapshot) -> None:
    """``virDomainSnapshotCreateXML``."""
    if (
        step.memory_file
        and saved.opened(domain.connect(), Place(step.memory_file)).there is There.FILE
    ):
        raise Refused(f"{step.memory_file} is there already: libvirt would overwrite it")
    keeping.refuse(domain)
    with agent.patience(domain, agent.FREEZE) if step.quiesce else nullcontext():
        domain.snapshotCreateXML(compose.snapshot(step), create_flags(step))


def revert(domain: Any, step: RevertSnapshot) -> None:
    """``virDomainRevertToSnapshot``, which rewrites the images that hold internal ones."""
    snapshot = domain.snapshotLookupByName(step.snapshot, 0)
    record = parse.snapshot(snapshot.getXMLDesc(0))
    inside = [disk.base for disk in record.disks if disk.mode == "internal" and disk.base]
    users.refuse_shared(domain, inside)
    domain.revertToSnapshot(snapshot, _AFTER.get(step.after, 0))


def delete(domain: Any, step: DeleteSnapshot) -> None:
    """``virDomainSnapshotDelete``."""
    if step.metadata_only:
        amending.forget(domain, step)
        return
    snapshot = domain.snapshotLookupByName(step.snapshot, 0)
    if step.merges:
        users.refuse_shared(domain, _changed(snapshot))
    snapshot.delete(0)


def _changed(snapshot: Any) -> tuple[str, ...]:
    """The images that libvirt may merge: its own, those it made, those that the next one keeps."""
    record = parse.snapshot(snapshot.getXMLDesc(0))
    later = [parse.snapshot(child.getXMLDesc(0)) for child in snapshot.listAllChildren(0)]
    own = (file for disk in record.disks for file in (disk.base, disk.overlay))
    kept = (disk.base for child in later for disk in child.disks)
    return tuple(dict.fromkeys(filter(None, (*own, *kept))))


def redefine(domain: Any, step: Redefine) -> None:
    """``virDomainSnapshotCreateXML`` with REDEFINE."""
    record = compose.with_overlays(restart.recorded(domain, step.snapshot), step.overlays)
    current = step.current and not meanwhile.hung_below(domain, step)
    keeping.redefine(domain, record, current=current)


def create_flags(step: CreateSnapshot) -> int:
    """``virDomainSnapshotCreateFlags``."""
    flags = 0
    if step.disk_only:
        flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY
        flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC
    if step.quiesce:
        flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE
    if step.live:
        flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_LIVE
    if step.reuse:
        flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REUSE_EXT
    return flags
