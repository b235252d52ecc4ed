"""What libvirt's calls answer, as values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import libvirt

from kvmtui.host import branches, images
from kvmtui.host.virt import keeping, sizes, stopped
from kvmtui.host.virt.volumes import Volumes
from kvmtui.model import parse
from kvmtui.model.disk import Disk
from kvmtui.model.domain import IO_ERROR, RESTORED, Config, Domain, State
from kvmtui.model.job import Job, JobKind
from kvmtui.model.sharing import Shared
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace

_STATES = {
    libvirt.VIR_DOMAIN_NOSTATE: State.RUNNING,
    libvirt.VIR_DOMAIN_RUNNING: State.RUNNING,
    libvirt.VIR_DOMAIN_BLOCKED: State.RUNNING,
    libvirt.VIR_DOMAIN_PAUSED: State.PAUSED,
    libvirt.VIR_DOMAIN_SHUTDOWN: State.STOPPING,
    libvirt.VIR_DOMAIN_SHUTOFF: State.OFF,
    libvirt.VIR_DOMAIN_CRASHED: State.CRASHED,
    libvirt.VIR_DOMAIN_PMSUSPENDED: State.ASLEEP,
}

_REASONS = {
    (libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_IOERROR): IO_ERROR,
    (libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_CRASHED): "guest crashed",
    (libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_SAVE): "saving",
    (libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_SNAPSHOT): "taking a snapshot",
    (libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_FROM_SNAPSHOT): RESTORED[0],
    (libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_MIGRATION): RESTORED[1],
    (libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_CRASHED): "crashed",
    (libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_FAILED): "failed to start",
}

_KINDS = {
    libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_PULL: JobKind.PULL,
    libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_COPY: JobKind.COPY,
    libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_COMMIT: JobKind.COMMIT,
    libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_ACTIVE_COMMIT: JobKind.ACTIVE_COMMIT,
    libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_BACKUP: JobKind.BACKUP,
}

Stats = dict[str, Any]


def domains(handle: Any) -> dict[str, tuple[Any, Stats]]:
    """Handle and state of every domain by uuid; one call, and no domain's lock is waited for."""
    nowait = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
    try:
        rows = handle.getAllDomainStats(libvirt.VIR_DOMAIN_STATS_STATE, nowait)
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_INVALID_ARG:
            raise
        rows = handle.getAllDomainStats(libvirt.VIR_DOMAIN_STATS_STATE, 0)
    return {domain.UUIDString(): (domain, stats) for domain, stats in rows}


def row(domain: Any, stats: Stats) -> Domain:
    """A line of the domain list."""
    number, reason = stats.get("state.state", -1), stats.get("state.reason", -1)
    return Domain(
        uuid=domain.UUIDString(),
        name=domain.name(),
        state=_STATES.get(number, State.UNKNOWN),
        reason=_REASONS.get((number, reason), ""),
    )


def config(volumes: Volumes, domain: Any, *, ask_qemu: bool = True) -> Config:
    """The live definition, or the inactive one, with sizes; and what the next start would be.

    ``ask_qemu`` must be False while a block job runs.
    """
    read = parse.domain(domain.XMLDesc(0), managed_save=bool(domain.hasManagedSaveImage(0)))
    persistent = bool(domain.isPersistent())
    if persistent and domain.isActive():
        later = parse.domain(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
        read = replace(
            read,
            definition=later.definition,
            disks=_lasting(read, later),
            names=read.names | later.names,
        )
    if read.managed_save:
        read = replace(read, names=read.names | _saved(domain))
    read = replace(
        read,
        persistent=persistent,
        checkpoints=_checkpoints(domain),
        cramped=keeping.cramped(volumes.handle),
    )
    read = sizes.measured(volumes, domain, read, ask_qemu=ask_qemu)
    return replace(read, disks=stopped.told(domain, read.disks)) if ask_qemu else read


def _lasting(now: Config, later: Config) -> tuple[Disk, ...]:
    """The disks of now, with the limits that the next start gives them."""
    then = {disk.target: disk.tuning for disk in later.disks}
    return tuple(replace(disk, lasting=then.get(disk.target)) for disk in now.disks)


def definition(domain: Any, *, next_start: bool) -> str:
    """The XML of the domain without its secrets, as it runs or as it would start."""
    return str(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE if next_start else 0))


def record(domain: Any, name: str) -> str:
    """The XML of a snapshot without its secrets."""
    return str(domain.snapshotLookupByName(name, 0).getXMLDesc(0))


def _saved(domain: Any) -> frozenset[str]:
    """What the RAM that waits for the next start wakes up on."""
    with suppress(libvirt.libvirtError):
        return parse.domain(domain.managedSaveGetXMLDesc(0)).names
    return frozenset()


def _checkpoints(domain: Any) -> int:
    """How many there are; a driver that does not know them has none."""
    with suppress(libvirt.libvirtError):
        return len(domain.listAllCheckpoints(0))
    return 0


def forest(volumes: Volumes, domain: Any) -> Forest:
    """All snapshots; one that vanishes while being read is left out."""
    found, shared, named = [], Shared(), set[str]()
    for text in records(domain):
        snapshot, names = parse.record(text)
        found.append(shared.snapshot(snapshot))
        named |= names
    resolved = tuple(map(volumes.resolved_in, found))
    read = Forest(resolved, current(domain) if found else None, frozenset(named))
    if read.tangle:
        raise ValueError(read.tangle)
    if sizes.is_local(volumes.handle):
        seen: dict[str, str | None] = {}
        return branches.looked_at(
            read,
            lambda record: images.below(record.base, seen),
            branches.are_intact,
            all_apart=True,
        )
    return branches.looked_at(read, volumes.below_base, branches.unseen, all_apart=False)


def records(domain: Any) -> Iterator[str]:
    """The XML of every snapshot; one that vanishes meanwhile is left out."""
    for snapshot in domain.listAllSnapshots(0):
        try:
            yield snapshot.getXMLDesc(0)
        except libvirt.libvirtError as error:
            if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN_SNAPSHOT:
                raise


def names(domain: Any) -> tuple[frozenset[str], str | None]:
    """Names of all snapshots, and the current one's."""
    found = frozenset(s.getName() for s in domain.listAllSnapshots(0))
    return found, current(domain) if found else None


def current(domain: Any) -> str | None:
    """The name of the current snapshot, if there is one."""
    try:
        return str(domain.snapshotCurrent(0).getName())
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN_SNAPSHOT:
            return None
        raise


def jobs(
    domain: Any, targets: tuple[str, ...], ready: frozenset[str] = frozenset()
) -> tuple[Job, ...]:
    """Block jobs. A domain that has just stopped has none.

    Only the live definition says READY, so ``ready`` names the disks of which it is known to; it
    is read here where a job that is not among them has done all its work.
    """
    found = []
    try:
        for target in targets:
            info = domain.blockJobInfo(target, libvirt.VIR_DOMAIN_BLOCK_JOB_INFO_BANDWIDTH_BYTES)
            if info:
                found.append(_job(target, info))
        if any(_may_be_ready(job) and job.disk not in ready for job in found):
            ready = _ready(domain)
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_OPERATION_INVALID:
            raise
        return ()
    return tuple(replace(job, ready=job.kind.switches and job.disk in ready) for job in found)


def _job(target: str, info: Stats) -> Job:
    kind = _KINDS.get(info.get("type", 0), JobKind.UNKNOWN)
    return Job(target, kind, info.get("cur", 0), info.get("end", 0), info.get("bandwidth", 0))


def _may_be_ready(job: Job) -> bool:
    return job.kind.switches and job.total > 0 and job.done == job.total


def _ready(domain: Any) -> frozenset[str]:
    """The disks whose job is READY, as the live definition says."""
    disks = parse.domain(domain.XMLDesc(0)).disks
    return frozenset(disk.target for disk in disks if disk.mirror and disk.mirror.ready)


def memory_job(domain: Any) -> Job | None:
    """Saving RAM, from ``virDomainGetJobStats``; None when no such job runs, or no domain."""
    try:
        stats = domain.jobStats(0)
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_OPERATION_INVALID:
            raise
        return None
    if stats.get("type", 0) in (libvirt.VIR_DOMAIN_JOB_NONE, libvirt.VIR_DOMAIN_JOB_COMPLETED):
        return None
    return Job("", JobKind.MEMORY, stats.get("data_processed", 0), stats.get("data_total", 0))
