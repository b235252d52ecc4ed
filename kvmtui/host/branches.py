"""What the images of snapshots stand on that the present chain does not show.

Of branches that the present state is not on, and of those whose images have left the chain.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from kvmtui.model.snapshot import Forest, Snapshot, SnapshotDisk
from kvmtui.model.value import replace

Below = Callable[[SnapshotDisk], tuple[str, ...] | None]
"""Gives the chain below the base of a record; None where it is not known."""


Intact = Callable[[SnapshotDisk, tuple[str, ...] | None], bool | None]
"""Whether the noted images are those of today, and have the times of then."""


def looked_at(forest: Forest, below: Below, intact: Intact, *, all_apart: bool) -> Forest:
    """The forest with the chains of those snapshots.

    ``all_apart``: of each whose image may have left the chain, not only of those that are noted.
    """

    def told(record: SnapshotDisk) -> SnapshotDisk:
        if record.type not in ("file", "block") or not record.base:
            return record
        chain = below(record)
        return replace(record, below=chain, intact=intact(record, chain))

    def may_be_apart(record: SnapshotDisk) -> bool:
        """The chain can go on without an image once the snapshot that it kept is deleted."""
        return bool(record.noted) or (all_apart and record.below is None)

    def chained(snapshot: Snapshot) -> Snapshot:
        if snapshot.name in forest.branch and not any(map(may_be_apart, snapshot.disks)):
            return snapshot
        return replace(snapshot, disks=tuple(map(told, snapshot.disks)))

    return replace(forest, snapshots=tuple(map(chained, forest.snapshots)))


def unseen(record: SnapshotDisk, below: tuple[str, ...] | None) -> bool | None:
    """The same as ``are_intact`` where nobody sees times: what is noted counts as changed."""
    return False if record.noted else None


def are_intact(record: SnapshotDisk, below: tuple[str, ...] | None) -> bool | None:
    """Whether the noted images have the times of then; None when other images are there today."""
    if not record.noted or below is None:
        return None
    if tuple(image.file for image in record.noted) != (record.base, *below):
        return None
    try:
        return all(os.stat(image.file).st_mtime_ns == image.time for image in record.noted)
    except OSError:
        return False
