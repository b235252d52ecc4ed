"""What the images of branches stand on that the present state is not on, as their headers say."""

from __future__ import annotations

from dataclasses import replace

from kvmtui.host import images
from kvmtui.model.snapshot import Forest, Snapshot, SnapshotDisk


def looked_at(forest: Forest) -> Forest:
    """The forest with the chains of those snapshots; each image is opened once."""
    seen: dict[str, str | None] = {}

    def told(record: SnapshotDisk) -> SnapshotDisk:
        is_file = record.type in ("file", "block") and record.base
        return replace(record, below=images.below(record.base, seen)) if is_file else record

    def chained(snapshot: Snapshot) -> Snapshot:
        if snapshot.name in forest.branch:
            return snapshot
        return replace(snapshot, disks=tuple(map(told, snapshot.disks)))

    return replace(forest, snapshots=tuple(map(chained, forest.snapshots)))
