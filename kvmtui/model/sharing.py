"""Equal parts of many records are kept once: those of one domain repeat each other.

Texts are kept once for all: the same paths stand in definitions, headers and listings, too.
"""

from __future__ import annotations

from sys import intern
from typing import TypeVar, cast

from kvmtui.model.snapshot import Snapshot, SnapshotDisk
from kvmtui.model.value import replace

T = TypeVar("T")


class Shared:
    """Gives of equal values always the first."""

    def __init__(self) -> None:
        self._kept: dict[object, object] = {}

    def value(self, value: T) -> T:
        """A value that is never changed."""
        if isinstance(value, str):
            return cast(T, intern(value))
        return cast(T, self._kept.setdefault((type(value), value), value))

    def snapshot(self, read: Snapshot) -> Snapshot:
        """The snapshot, made of such parts."""
        return replace(
            read,
            parent=self.value(read.parent),
            description=self.value(read.description),
            state=self.value(read.state),
            definition=self.value(read.definition),
            disks=tuple(map(self._disk, read.disks)),
        )

    def _disk(self, read: SnapshotDisk) -> SnapshotDisk:
        return self.value(
            replace(
                read,
                target=self.value(read.target),
                mode=self.value(read.mode),
                overlay=self.value(read.overlay),
                base=self.value(read.base),
                type=self.value(read.type),
                device=self.value(read.device),
                below=tuple(map(self.value, read.below)) if read.below is not None else None,
            )
        )
