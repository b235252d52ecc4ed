"""Guests that QEMU has paused, as one of their disks could not be written to or read."""

from __future__ import annotations

from collections.abc import Iterator
from os.path import basename

from kvmtui.model.disk import Disk
from kvmtui.model.domain import IO_ERROR
from kvmtui.model.words import size
from kvmtui.plans import starved
from kvmtui.plans.finding import Finding, Severity
from kvmtui.plans.subject import Subject


def paused(subject: Subject, disk: Disk) -> Iterator[Finding]:
    """Why the guest stands still, and whether it can go on already."""
    active = disk.active
    if subject.domain.reason != IO_ERROR or not disk.stopped or active is None:
        return
    rule, reason, remedy = "no space", "", "make room, then o"
    if disk not in starved.disks(subject.domain):
        rule, reason, remedy = "I/O error", f"paused: {basename(active.source)} failed", "o resumes"
    elif starved.is_full(disk):
        reason = f"paused: no space on {starved.where(disk)}"
    else:
        reason, remedy = f"paused: no space, but {size(disk.free)} free now", "o resumes"
    yield Finding(rule, disk.target, reason, remedy, Severity.BAD, active.source)
