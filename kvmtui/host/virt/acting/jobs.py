"""Starting, awaiting and ending block jobs."""

from __future__ import annotations

import time
from typing import Any

import libvirt

from kvmtui.host.base import Refused
from kvmtui.host.virt import compose
from kvmtui.host.virt.acting import losing, users
from kvmtui.model import parse
from kvmtui.plans.steps import (
    AbortJob,
    AwaitMerged,
    AwaitOver,
    Commit,
    Copy,
    Pivot,
    Pull,
    SetSpeed,
    Tune,
)

DYING = 3.0
"""Seconds after which a domain whose QEMU did not answer is not about to end."""

LOOK = 0.25
"""Seconds between two looks at a job that is waited for."""

IDLE = 4
"""Looks in a row without a job after which none is believed to run any more."""


def commit(domain: Any, step: Commit) -> None:
    """``virDomainBlockCommit``, unless another domain stands on what it changes by now."""
    users.refuse_shared(domain, _changed(domain, step))
    flags = libvirt.VIR_DOMAIN_BLOCK_COMMIT_BANDWIDTH_BYTES
    if step.active:
        flags |= libvirt.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE
    if step.delete:
        flags |= libvirt.VIR_DOMAIN_BLOCK_COMMIT_DELETE
    base, top = (_spelt(domain, step.disk, layer) for layer in (step.base, step.top))
    domain.blockCommit(step.disk, base, top, step.bandwidth, flags)


def _changed(domain: Any, step: Commit) -> tuple[str, ...]:
    """The layers that go, and the one that takes them in."""
    disk = parse.domain(domain.XMLDesc(0)).disk(step.disk)
    known = disk.between(step.top, step.base) if disk is not None else ()
    return tuple(layer.source for layer in known) or (step.top, step.base)


def _spelt(domain: Any, target: str, source: str) -> str:
    """A layer as libvirt finds it: by its number where it has no path."""
    disk = parse.domain(domain.XMLDesc(0)).disk(target)
    for layer in disk.layers if disk is not None else ():
        if layer.source == source and layer.kind == "network" and layer.index is not None:
            return f"{target}[{layer.index}]"
    return source


def pull(domain: Any, step: Pull) -> None:
    """``virDomainBlockRebase``."""
    flags = libvirt.VIR_DOMAIN_BLOCK_REBASE_BANDWIDTH_BYTES
    domain.blockRebase(step.disk, step.base or None, step.bandwidth, flags)


def copy(domain: Any, step: Copy) -> None:
    """``virDomainBlockCopy``; libvirt makes the file, and refuses one that is there.

    A job that a persistent domain would lose with its QEMU is only taken as a transient one.
    """
    flags = libvirt.VIR_DOMAIN_BLOCK_COPY_TRANSIENT_JOB
    flags |= libvirt.VIR_DOMAIN_BLOCK_COPY_SHALLOW if step.shallow else 0
    limit = {libvirt.VIR_DOMAIN_BLOCK_COPY_BANDWIDTH: step.bandwidth} if step.bandwidth else {}
    domain.blockCopy(step.disk, compose.destination(step.file, step.format), limit, flags)


def await_ready(domain: Any, target: str) -> None:
    """READY is what the live definition says; ``cur == end`` alone is not believed."""
    lost = 0
    while not _is_ready(domain, target):
        info = domain.blockJobInfo(target, 0)
        if not info:
            raise Refused(f"the job of {target} ended before it was ready")
        lost = lost + 1 if losing.is_lost(domain, target, info) else 0
        if lost == IDLE:
            losing.settle(domain, target, info)
            return
        time.sleep(LOOK)


def await_merged(domain: Any, step: AwaitMerged) -> None:
    """Merged is what has left the chain; a job that is gone may not have been written there yet."""
    idle = 0
    while idle < IDLE:
        disk = parse.domain(domain.XMLDesc(0)).disk(step.disk)
        if disk is not None and disk.position(step.top) is None:
            return
        idle = 0 if domain.blockJobInfo(step.disk, 0) else idle + 1
        time.sleep(LOOK)
    raise Refused(f"the job of {step.disk} ended before it was done")


def await_over(domain: Any, step: AwaitOver) -> None:
    """READY, or gone; a domain that has stopped has no jobs."""
    try:
        while domain.blockJobInfo(step.disk, 0) and not _is_ready(domain, step.disk):
            time.sleep(LOOK)
    except libvirt.libvirtError:
        if _lives_on(domain):
            raise


def _lives_on(domain: Any) -> bool:
    """Libvirt hears of the end of QEMU a little later than whoever has just asked that."""
    end = time.monotonic() + DYING
    while domain.isActive():
        if time.monotonic() > end:
            return True
        time.sleep(LOOK)
    return False


def _is_ready(domain: Any, target: str) -> bool:
    disk = parse.domain(domain.XMLDesc(0)).disk(target)
    return disk is not None and disk.mirror is not None and disk.mirror.ready


def set_speed(domain: Any, step: SetSpeed) -> None:
    """``virDomainBlockJobSetSpeed``."""
    flags = libvirt.VIR_DOMAIN_BLOCK_JOB_SPEED_BANDWIDTH_BYTES
    domain.blockJobSetSpeed(step.disk, step.bandwidth, flags)


def tune(domain: Any, step: Tune) -> None:
    """``virDomainSetBlockIoTune``."""
    limits = {
        libvirt.VIR_DOMAIN_BLOCK_IOTUNE_WRITE_BYTES_SEC: step.writes,
        libvirt.VIR_DOMAIN_BLOCK_IOTUNE_READ_BYTES_SEC: step.reads,
    }
    domain.setBlockIoTune(step.disk, limits, libvirt.VIR_DOMAIN_AFFECT_LIVE)


def pivot(domain: Any, step: Pivot) -> None:
    """``virDomainBlockJobAbort`` with PIVOT."""
    losing.refuse_pivot(domain, step.disk)
    domain.blockJobAbort(step.disk, libvirt.VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT)


def abort(domain: Any, step: AbortJob) -> None:
    """``virDomainBlockJobAbort``."""
    losing.refuse_abort(domain, step.disk)
    domain.blockJobAbort(step.disk, 0)
