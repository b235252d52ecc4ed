"""Making, restoring, correcting and removing snapshots."""

from __future__ import annotations

from typing import Any

import libvirt

from kvmtui.host.virt import compose
from kvmtui.plans.steps import (
    After,
    CreateSnapshot,
    DeleteSnapshot,
    Redefine,
    RevertSnapshot,
    StartOver,
)

_AFTER = {
    After.RUNNING: libvirt.VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING,
    After.PAUSED: libvirt.VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED,
}


def create(domain: Any, step: CreateSnapshot) -> None:
    """``virDomainSnapshotCreateXML``."""
    domain.snapshotCreateXML(compose.snapshot(step), _create_flags(step))


def revert(domain: Any, step: RevertSnapshot) -> None:
    """``virDomainRevertToSnapshot``."""
    snapshot = domain.snapshotLookupByName(step.snapshot, 0)
    domain.revertToSnapshot(snapshot, _AFTER.get(step.after, 0))


def delete(domain: Any, step: DeleteSnapshot) -> None:
    """``virDomainSnapshotDelete``."""
    domain.snapshotLookupByName(step.snapshot, 0).delete(_delete_flags(step))


def _recorded(domain: Any, name: str) -> str:
    """A snapshot's record with its secrets: it goes back to libvirt and nowhere else."""
    secure = libvirt.VIR_DOMAIN_SNAPSHOT_XML_SECURE
    return str(domain.snapshotLookupByName(name, 0).getXMLDesc(secure))


def start_over(domain: Any, step: StartOver) -> None:
    """Definition and overlays together, or neither."""
    connection = domain.connect()
    before = domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE)
    overlays = compose.snapshot(CreateSnapshot(step.domain, "", targets=step.targets))
    flags = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY
    flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC
    flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_NO_METADATA
    connection.defineXML(compose.definition_then(_recorded(domain, step.snapshot)))
    try:
        domain.snapshotCreateXML(overlays, flags)
    except libvirt.libvirtError:
        connection.defineXML(before)
        raise


def redefine(domain: Any, step: Redefine) -> None:
    """``virDomainSnapshotCreateXML`` with REDEFINE."""
    flags = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE
    if step.current:
        flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT
    xml = compose.with_overlays(_recorded(domain, step.snapshot), step.overlays)
    domain.snapshotCreateXML(xml, flags)


def _create_flags(step: CreateSnapshot) -> int:
    flags = 0
    if step.disk_only:
        flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY
        flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC
    if step.quiesce:
        flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE
    return flags


def _delete_flags(step: DeleteSnapshot) -> int:
    flags = libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN if step.children else 0
    if step.metadata_only:
        flags |= libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY
    return flags
