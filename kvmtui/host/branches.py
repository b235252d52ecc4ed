"""What the images of snapshots stand on that the present chain does not show.

Of branches that the present state is not on, and of those whose images have left the chain.
"""

from __future__ import annotations

import os
from dataclasses import replace

from kvmtui.host import images
from kvmtui.model.snapshot import Forest, Snapshot, SnapshotDisk


def looked_at(forest: Forest) -> Forest:
    """The forest with the chains of those snapshots; each image is opened once."""
    seen: dict[str, str | None] = {}

    def told(record: SnapshotDisk) -> SnapshotDisk:
        if record.type not in ("file", "block") or not record.base:
            return record
        below = images.below(record.base, seen)
        return replace(record, below=below, intact=_is_intact(record, below))

    def chained(snapshot: Snapshot) -> Snapshot:
        if snapshot.name in forest.branch and not any(disk.noted for disk in snapshot.disks):
            return snapshot
        return replace(snapshot, disks=tuple(map(told, snapshot.disks)))

    return replace(forest, snapshots=tuple(map(chained, forest.snapshots)))


def _is_intact(record: SnapshotDisk, below: tuple[str, ...] | None) -> bool:
    """Whether the noted images are those of today, and have the times of then."""
    if not record.noted or below is None:
        return False
    if tuple(image.file for image in record.noted) != (record.base, *below):
        return False
    try:
        return all(os.stat(image.file).st_mtime_ns == image.time for image in record.noted)
    except OSError:
        return False
