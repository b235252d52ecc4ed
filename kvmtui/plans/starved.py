"""Guests that QEMU has paused because there was no room for what they have written.

Nothing is lost by that: QEMU writes it again when the guest is resumed.
"""

from __future__ import annotations

from os.path import dirname

from kvmtui.model.disk import NO_SPACE, Disk
from kvmtui.model.domain import IO_ERROR, Domain

ENOUGH = 2**20
"""Bytes with which at least the write that has failed comes about when it is tried again."""


def disks(domain: Domain) -> tuple[Disk, ...]:
    """Those for which there was no room when the guest was stopped."""
    found = domain.config.disks if domain.config and domain.reason == IO_ERROR else ()
    return tuple(disk for disk in found if disk.stopped == NO_SPACE)


def is_full(disk: Disk) -> bool:
    """Whether there is no room still, as far as that is known."""
    return disk.free is None or disk.free < ENOUGH


def where(disk: Disk) -> str:
    """What has no room: the folder of the layer that is written to, or the device."""
    active = disk.active
    if active is None:
        return disk.target
    return dirname(active.source) if active.kind == "file" else active.source


def told(disk: Disk) -> str:
    """What the guest waits for, in one line."""
    if is_full(disk):
        return f"no space on {where(disk)}: make room, then o resumes it"
    return f"there was no space on {where(disk)}: o resumes it"
