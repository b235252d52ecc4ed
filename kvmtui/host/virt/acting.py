"""The steps of plans as libvirt calls."""

from __future__ import annotations

import time
from typing import Any

import libvirt

from kvmtui.host.base import Refused
from kvmtui.host.virt import compose
from kvmtui.model import parse
from kvmtui.plans.steps import (
    AbortJob,
    After,
    AwaitReady,
    Commit,
    CreateSnapshot,
    DeleteSnapshot,
    Pivot,
    Power,
    Redefine,
    RemoveManagedSave,
    RevertSnapshot,
    StartOver,
    Step,
    Verb,
)

LOOK = 0.25
"""Seconds between two looks at a job that is waited for."""

_AFTER = {
    After.RUNNING: libvirt.VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING,
    After.PAUSED: libvirt.VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED,
}


def perform(domain: Any, step: Step) -> None:
    """One call, or the wait between two; raises ``libvirtError`` or ``HostError``."""
    match step:
        case CreateSnapshot():
            domain.snapshotCreateXML(compose.snapshot(step), _create_flags(step))
        case RevertSnapshot():
            snapshot = domain.snapshotLookupByName(step.snapshot, 0)
            domain.revertToSnapshot(snapshot, _AFTER.get(step.after, 0))
        case DeleteSnapshot():
            domain.snapshotLookupByName(step.snapshot, 0).delete(_delete_flags(step))
        case StartOver():
            _start_over(domain, step)
        case Redefine():
            _redefine(domain, step)
        case Commit():
            _commit(domain, step)
        case AwaitReady():
            _await_ready(domain, step.disk)
        case Pivot():
            domain.blockJobAbort(step.disk, libvirt.VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT)
        case AbortJob():
            domain.blockJobAbort(step.disk, 0)
        case RemoveManagedSave():
            domain.managedSaveRemove(0)
        case Power():
            _power(domain, step.verb)


def _await_ready(domain: Any, target: str) -> None:
    """READY is what the live definition says; ``cur == end`` alone is not believed."""
    while True:
        disk = parse.domain(domain.XMLDesc(0)).disk(target)
        if disk is not None and disk.mirror is not None and disk.mirror.ready:
            return
        if not domain.blockJobInfo(target, 0):
            raise Refused(f"the merge of {target} ended before it was ready")
        time.sleep(LOOK)


def _recorded(domain: Any, name: str) -> str:
    """A snapshot's record with its secrets: it goes back to libvirt and nowhere else."""
    secure = libvirt.VIR_DOMAIN_SNAPSHOT_XML_SECURE
    return str(domain.snapshotLookupByName(name, 0).getXMLDesc(secure))


def _start_over(domain: Any, step: StartOver) -> None:
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


def _redefine(domain: Any, step: Redefine) -> None:
    flags = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE
    if step.current:
        flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT
    xml = compose.with_overlays(_recorded(domain, step.snapshot), step.overlays)
    domain.snapshotCreateXML(xml, flags)


def _commit(domain: Any, step: Commit) -> None:
    flags = libvirt.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE
    flags |= libvirt.VIR_DOMAIN_BLOCK_COMMIT_BANDWIDTH_BYTES
    if step.delete:
        flags |= libvirt.VIR_DOMAIN_BLOCK_COMMIT_DELETE
    domain.blockCommit(step.disk, step.base, None, step.bandwidth, flags)


def _power(domain: Any, verb: Verb) -> None:
    match verb:
        case Verb.START:
            domain.create()
        case Verb.START_PAUSED:
            domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
        case Verb.SHUTDOWN:
            domain.shutdown()
        case Verb.PAUSE:
            domain.suspend()
        case Verb.RESUME:
            domain.resume()
        case Verb.FORCE_OFF:
            domain.destroy()
