"""Images that outgrow what they lie on."""

from __future__ import annotations

from collections.abc import Iterator

from kvmtui.model.disk import Disk
from kvmtui.model.growth import Growth
from kvmtui.model.words import count, size
from kvmtui.plans import starved
from kvmtui.plans.chain import merging
from kvmtui.plans.finding import Finding, Severity
from kvmtui.plans.subject import Subject

HOUR, DAY = 3600, 86_400

LITTLE = 2**30
"""Bytes that a guest can write in a minute."""
NOTHING = 2**27
"""Bytes that it can write before anybody has read the warning."""


def filling(subject: Subject, disk: Disk) -> Iterator[Finding]:
    """The one thing about the room around the active layer that matters most."""
    active = disk.active
    if active is None or not disk.writable or disk in starved.disks(subject.domain):
        return
    running = subject.domain.state.active
    growth = next((g for g in subject.domain.growth if running and _is_of(g, disk)), None)
    room = growth.room if growth and growth.room is not None else disk.free
    more = _more(disk)
    if room is None or (more is not None and more <= room):
        return
    grows = f"{size(more)} more" if more is not None else "more"
    left = room / growth.rate if growth and growth.rate else DAY
    if growth and left < DAY:
        severity = Severity.BAD if left < HOUR else Severity.WARN
        reason = f"full in {_about(left)} at {size(growth.rate)}/s"
        yield Finding("full", disk.target, reason, "make room", severity, active.source)
    elif room < LITTLE and running:
        severity = Severity.BAD if room < NOTHING else Severity.WARN
        reason = f"only {size(room)} free, it can take {grows}"
        yield Finding("little room", disk.target, reason, "make room", severity, active.source)
    elif more is not None:
        reason = f"can take {grows}, {size(room)} free"
        yield Finding("thin", disk.target, reason, "", Severity.NOTE, active.source)


def _is_of(growth: Growth, disk: Disk) -> bool:
    active = disk.active
    return active is not None and (growth.disk, growth.source) == (disk.target, active.source)


def _more(disk: Disk) -> int | None:
    """Bytes that the active layer can grow by until it holds its whole virtual size."""
    active = disk.active
    if active is None or active.capacity is None or active.used is None:
        return None
    return max(active.capacity - active.used, 0)


def _about(seconds: float) -> str:
    if seconds < HOUR:
        return f"{max(round(seconds / 60), 1)} min"
    return count(round(seconds / HOUR), "hour")


def stuck(subject: Subject, disk: Disk) -> Iterator[Finding]:
    """What was written since cannot be merged down."""
    if len(disk.layers) < 2 or not disk.writable:
        return
    top, base = disk.layers[:2]
    if merging.no_room(disk, base.source, (top,)) is None:
        return
    grows, free = merging.growth(disk, base.source, (top,)), merging.free(disk, base.source)
    reason = f"no room to merge {size(grows)}: {size(free)} free"
    yield Finding("no room", disk.target, reason, "make room", Severity.WARN, top.source)
