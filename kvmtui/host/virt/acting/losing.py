"""Jobs that libvirt has lost half of, as its daemon died just when they began.

QEMU goes on with them and libvirt counts them, but there is no ``<mirror>`` in the definition, so
that they are never said to be READY. To cancel such a commit, or to switch over such a copy, is the
daemon's end (SIGSEGV in 9.0 and 11.3); the other way round both come to their end.
"""

from __future__ import annotations

from typing import Any

import libvirt

from kvmtui.host.base import Refused
from kvmtui.model import parse
from kvmtui.plans.steps.spelling import virsh

_SWITCH = (
    libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_ACTIVE_COMMIT,
    libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_COPY,
)


def is_lost(domain: Any, target: str, info: dict[str, int]) -> bool:
    """Whether the job has done all its work, and libvirt will never say that it is ready."""
    full = bool(info.get("end")) and info.get("cur") == info.get("end")
    return full and info.get("type") in _SWITCH and not _has_mirror(domain, target)


def settle(domain: Any, target: str, info: dict[str, int]) -> None:
    """A commit can be switched over, which libvirt refuses before it is ready; a copy cannot."""
    if info.get("type") == libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_COPY:
        domain.blockJobAbort(target, 0)
        raise Refused("libvirt died when the copy began and cannot switch over: it was cancelled")


def refuse_pivot(domain: Any, target: str) -> None:
    """Raises ``Refused`` for a copy that libvirt has lost half of."""
    if _is(domain, target, libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_COPY):
        raise Refused("libvirt died when the copy began and cannot switch over: x cancels it")


def refuse_abort(domain: Any, target: str) -> None:
    """Raises ``Refused`` for a commit that libvirt has lost half of."""
    if _is(domain, target, libvirt.VIR_DOMAIN_BLOCK_JOB_TYPE_ACTIVE_COMMIT):
        reason = "libvirt died when the commit began, and would die again if it were cancelled"
        line = virsh("blockjob", domain.name(), "--path", target, "--pivot")
        raise Refused(f"{reason}: once it is done, `{line}` ends it")


def _is(domain: Any, target: str, kind: int) -> bool:
    info = domain.blockJobInfo(target, 0) or {}
    return info.get("type") == kind and not _has_mirror(domain, target)


def _has_mirror(domain: Any, target: str) -> bool:
    disk = parse.domain(domain.XMLDesc(0)).disk(target)
    return disk is None or disk.mirror is not None
