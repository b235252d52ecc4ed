"""Whether an image still holds what a snapshot's record says, as far as the present chain tells."""

from __future__ import annotations

from kvmtui.model.disk import Disk
from kvmtui.model.snapshot import Snapshot, SnapshotDisk
from kvmtui.plans.plan import Refusal
from kvmtui.plans.revert import gone_back
from kvmtui.plans.subject import Subject


def refuse(subject: Subject, snapshot: Snapshot, record: SnapshotDisk) -> Refusal | None:
    """Why the image that the snapshot preserves of a disk is not gone back to."""
    if record.intact is not None:
        return None if record.intact else _written(record)
    spoilt = gone_back.refuse(subject, snapshot, record)
    if spoilt is not None:
        return spoilt
    disk = subject.config.disk(record.target)
    if disk is None or not disk.complete or not _leads_here(subject, snapshot, disk):
        return None
    position = disk.position(record.base)
    if position is None:
        reason = f"{record.base} is no longer below {record.target}: it was merged"
        return Refusal("stale", reason, "only its record can be forgotten")
    above = disk.layers[position - 1].source if position else ""
    if not position or above in _written_since(subject, snapshot, record, disk):
        return None
    reason = f"its record does not fit the chain of {record.target}: what it held is not known"
    return Refusal("stale", reason, "only its record can be forgotten")


def _written(record: SnapshotDisk) -> Refusal:
    """As a merge leaves it that was begun, and of which nobody has forgotten the record."""
    reason = f"{record.base}, or one below it, was written to since it was noted what it holds"
    return Refusal("stale", reason, "only its record can be forgotten")


def _leads_here(subject: Subject, snapshot: Snapshot, disk: Disk) -> bool:
    """Whether the present chain is that of the snapshot's branch.

    It is not where a revert has ended before the current snapshot was recorded: the domain is in
    an overlay then that no record names. Nor is it where the current snapshot left the disk out: a
    revert to that has left it where it was, and a record elsewhere may name its overlay.
    """
    forest = subject.forest
    if snapshot.name not in forest.branch or _is_elsewhere(subject, snapshot, disk):
        return False
    for last in forest.ancestors(forest.current):
        record = last.disk(disk.target)
        if record is not None and record.mode == "external":
            known = any(disk.position(file) is not None for file in (record.overlay, record.base))
            return known or _is_kept(subject, disk)
    return False


def _is_elsewhere(subject: Subject, snapshot: Snapshot, disk: Disk) -> bool:
    """Whether it stands on what a snapshot preserves that is not on this branch.

    So it does when a snapshot was taken after a revert that ended before it was recorded.
    """
    forest = subject.forest
    for other in forest.snapshots:
        record = other.disk(disk.target)
        if other.name in forest.branch or record is None or record.mode != "external":
            continue
        if disk.position(record.base) is not None and snapshot not in forest.ancestors(other.name):
            return True
    return False


def _is_kept(subject: Subject, disk: Disk) -> bool:
    """Whether a snapshot on this branch stands on the active image: one that was merged into."""
    active = disk.active.source if disk.active else ""
    return any(s.name in subject.forest.branch for s in subject.forest.naming(active))


def _written_since(
    subject: Subject, snapshot: Snapshot, record: SnapshotDisk, disk: Disk
) -> tuple[str, ...]:
    """The layers that may lie right above what the snapshot preserves."""
    children = (c.disk(disk.target) for c in subject.forest.children(snapshot.name))
    found = [record.overlay, *(child.base for child in children if child)]
    if snapshot.name == subject.forest.current and disk.active is not None:
        found.append(disk.active.source)
    return tuple(found)
