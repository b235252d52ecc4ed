"""On which disk QEMU has paused a guest, and whether only room was missing."""

from __future__ import annotations

from typing import Any

import libvirt

from kvmtui.model.disk import FAILED, NO_SPACE, Disk
from kvmtui.model.value import replace

_WORDS = {
    libvirt.VIR_DOMAIN_DISK_ERROR_NO_SPACE: NO_SPACE,
    libvirt.VIR_DOMAIN_DISK_ERROR_UNSPEC: FAILED,
}


def is_paused(domain: Any) -> bool:
    """Whether the domain is paused because of its disks."""
    state, reason = domain.state(0)[:2]
    return bool((state, reason) == (libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_IOERROR))


def errors(domain: Any) -> dict[str, str]:
    """``virDomainGetDiskErrors`` by target; none where libvirt does not tell.

    QEMU remembers an error when the guest runs again, so it counts only while that is paused.
    """
    try:
        found = domain.diskErrors(0) if is_paused(domain) else {}
    except libvirt.libvirtError:
        return {}
    return {target: _WORDS.get(number, FAILED) for target, number in found.items()}


def told(domain: Any, disks: tuple[Disk, ...]) -> tuple[Disk, ...]:
    """The disks, with what stopped the guest."""
    found = errors(domain)
    if not found:
        return disks
    return tuple(replace(disk, stopped=found.get(disk.target, "")) for disk in disks)
