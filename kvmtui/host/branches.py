"""What the images of branches stand on that the present state is not on, as their headers say."""

from __future__ import annotations

from dataclasses import replace

from kvmtui.host import images
from kvmtui.model.snapshot import Forest, Snapshot, SnapshotDisk


def looked_at(forest: Forest) -> Forest:
    """The forest with the chains below the first snapshot of each branch."""
    return replace(
        forest,
        snapshots=tuple(
            _looked_at(snapshot) if _is_first(forest, snapshot) else snapshot
            for snapshot in forest.snapshots
        ),
    )


def _is_first(forest: Forest, snapshot: Snapshot) -> bool:
    return snapshot.name not in forest.branch and snapshot.parent in forest.branch


def _looked_at(snapshot: Snapshot) -> Snapshot:
    def told(record: SnapshotDisk) -> SnapshotDisk:
        is_file = record.type in ("file", "block") and record.base
        return replace(record, below=images.below(record.base)) if is_file else record

    return replace(snapshot, disks=tuple(map(told, snapshot.disks)))
