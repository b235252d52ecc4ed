"""Whether somebody has gone back inside an image on which an external snapshot stands.

An internal revert by virsh, which kvmtui refuses there, makes the frozen image active again and
rewrites it. libvirt tells nobody; but whatever was taken in the image, or right above it, after
the snapshot shows that it was written to since.
"""

from __future__ import annotations

from os.path import basename

from kvmtui.model.snapshot import Snapshot, SnapshotDisk
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject

RULE = "gone back inside"


def refuse(subject: Subject, snapshot: Snapshot, record: SnapshotDisk) -> Refusal | None:
    """Why what the snapshot preserves of a disk is no longer what it was."""
    images = (record.base, *(record.below or ()))
    lines = {above.name for above in subject.forest.ancestors(snapshot.name)}
    for other in subject.forest.snapshots:
        theirs = other.disk(record.target)
        if other.name in lines or theirs is None or theirs.mode not in ("internal", "external"):
            continue
        if theirs.base in images and _is_later(subject, other, snapshot):
            return _spoilt(theirs.base, f"“{other.name}” was taken of {basename(theirs.base)}")
    active = _active_inside(subject, record.target)
    if active in images:
        current = subject.forest.current
        return _spoilt(active, f"the domain went back to “{current}” in {basename(active)}")
    return None


def _is_later(subject: Subject, other: Snapshot, snapshot: Snapshot) -> bool:
    """Within the same second the present branch is the later one."""
    if other.created != snapshot.created:
        return other.created > snapshot.created
    return snapshot.name not in subject.forest.branch


def _active_inside(subject: Subject, target: str) -> str:
    """The active image, if it is the one that holds the current snapshot inside; else empty."""
    current = subject.forest.get(subject.forest.current)
    record = current.disk(target) if current is not None else None
    disk = subject.config.disk(target)
    if record is None or record.mode != "internal" or disk is None or disk.active is None:
        return ""
    return disk.active.source if disk.active.source == record.base else ""


def _spoilt(image: str, how: str) -> Refusal:
    reason = f"{how} after it: {basename(image)} was written to since"
    return Refusal(RULE, reason, "only its record can be forgotten")
