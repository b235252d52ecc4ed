"""Snapshots whose records no longer tell the truth."""

from __future__ import annotations

from collections.abc import Iterator

from kvmtui.model.disk import Disk
from kvmtui.model.inside import lost
from kvmtui.model.snapshot import Snapshot
from kvmtui.plans import mend
from kvmtui.plans.finding import Finding, Severity
from kvmtui.plans.revert import stale
from kvmtui.plans.subject import Subject


def half_merged(subject: Subject, disk: Disk) -> Iterator[Finding]:
    """What an interrupted delete has left: half written images, and marks that stop others.

    While a job runs on the disk, the delete may be going on.
    """
    if subject.domain.job(disk.target) is not None:
        return
    spoilt = [s.name for s in subject.forest.snapshots if _is_half_merged(subject, s, disk)]
    if spoilt:
        told = _told(spoilt, "is half merged", "are half merged")
        yield Finding(
            "half merged", disk.target, told, "d deletes again", Severity.BAD, "", tuple(spoilt)
        )
        return
    marked = [s.name for s in subject.forest.snapshots if disk.target in s.unfinished]
    if marked:
        told = _told(marked, "has an unfinished merge", "have unfinished merges")
        yield Finding("unfinished", disk.target, told, "d below it", snapshots=tuple(marked))


def _is_half_merged(subject: Subject, snapshot: Snapshot, disk: Disk) -> bool:
    return disk.target in subject.forest.half_merged(snapshot)


def outdated(subject: Subject, disk: Disk) -> Iterator[Finding]:
    """Snapshots whose layer is gone, or was written to, as far as that can be seen."""
    here = [*subject.forest.ancestors(subject.forest.current)][::-1]
    beside = (s for s in subject.forest.snapshots if s.name not in subject.forest.branch)
    found = [
        snapshot
        for snapshot in (*here, *sorted(beside, key=lambda s: (s.created, s.name)))
        if _is_stale(subject, snapshot, disk) and not _is_half_merged(subject, snapshot, disk)
    ]
    if not found:
        return
    told = _told([s.name for s in found], "has lost its layer", "have lost their layers")
    mends = next((s for s in found if mend.refuse(subject, s) is None), None)
    remedy = "d corrects its record" if mends else "d forgets its record"
    yield Finding(
        "stale",
        disk.target,
        f"stale: {told}",
        remedy,
        snapshots=tuple(snapshot.name for snapshot in found),
    )


def _is_stale(subject: Subject, snapshot: Snapshot, disk: Disk) -> bool:
    record = snapshot.disk(disk.target)
    if record is None or record.mode != "external":
        return False
    return stale.refuse(subject, snapshot, record) is not None


def gone_inside(subject: Subject, disk: Disk) -> Iterator[Finding]:
    """Internal snapshots that their image does not hold any more."""
    found = [s.name for s in subject.forest.snapshots if disk.target in lost(subject.domain, s)]
    if found:
        told = _told(found, "is not in its image", "are not in their images")
        yield Finding(
            "not inside", disk.target, told, "d forgets its record", snapshots=tuple(found)
        )


def _told(names: list[str], one: str, many: str) -> str:
    if len(names) == 1:
        return f"“{names[0]}” {one}"
    return f"“{names[0]}” and {len(names) - 1} more {many}"
