"""Snapshots of one domain, and the forest that they form."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import Enum
from functools import cached_property

from kvmtui.model.definition import Definition
from kvmtui.model.note import Written
from kvmtui.model.value import Value


class Kind(Enum):
    """Where a snapshot keeps what it saved."""

    INTERNAL = "internal"
    """Inside the qcow2 images, RAM too."""
    EXTERNAL = "external"
    """The images were frozen and the guest writes to overlays since."""
    NONE = "none"
    """No disk at all: only the definition (and perhaps RAM)."""


class Memory(Enum):
    """What a snapshot saved of the RAM."""

    NO = "no"
    INTERNAL = "internal"
    EXTERNAL = "external"


def kind_of(modes: Collection[str], memory: Memory) -> Kind:
    """External as soon as one disk is; ``modes`` are those of the disks."""
    if "external" in modes or memory is Memory.EXTERNAL:
        return Kind.EXTERNAL
    if "internal" in modes or memory is Memory.INTERNAL:
        return Kind.INTERNAL
    return Kind.NONE


class SnapshotDisk(Value, gc=False):
    """What a snapshot did with one disk."""

    target: str
    mode: str
    """``<disk snapshot=>``: internal, external, manual or no."""
    overlay: str = ""
    """The file made for an external snapshot: the guest wrote to it afterwards."""
    base: str = ""
    """The image that was in use when the snapshot was taken: what it preserves."""
    type: str = "file"
    """libvirt's disk type of the base: file, block, network, …; empty for no medium."""
    device: str = "disk"
    chain_recorded: bool = True
    """The stored definition holds a ``<backingStore>`` for this disk."""
    below: tuple[str, ...] | None = None
    """The chain below the base, as recorded or as the images say; None where it is not known."""
    noted: tuple[Written, ...] = ()
    """When the base and the images below it were written last, as the record has a note of."""
    intact: bool | None = None
    """They were not written to since that note; None where no note fits them."""
    volume: str = ""
    """``pool:name`` where the record names a volume; ``base`` is its path then."""


class Snapshot(Value, gc=False):
    """One snapshot as libvirt records it (``virDomainSnapshotGetXMLDesc``)."""

    name: str
    parent: str | None = None
    created: int = 0
    """Seconds since 1970."""
    description: str = ""
    state: str = ""
    """The domain's state then: running, paused, shutoff or disk-snapshot."""
    memory: Memory = Memory.NO
    memory_file: str = ""
    disks: tuple[SnapshotDisk, ...] = ()
    unlike: tuple[str, ...] = ()
    """Targets whose file differed between the running domain and its stored definition."""
    unfinished: tuple[str, ...] = ()
    """Targets in whose overlay a merge was interrupted (``<snapshotDeleteInProgress/>``)."""
    definition: Definition | None = None
    """What a revert puts back: the definition of the next start, as it was then."""

    @property
    def kind(self) -> Kind:
        """External as soon as one disk is, as libvirt counts it."""
        return kind_of({disk.mode for disk in self.disks}, self.memory)

    @property
    def overlays(self) -> tuple[str, ...]:
        """The files that the guest wrote to after this snapshot."""
        return tuple(disk.overlay for disk in self.disks if disk.overlay)

    def disk(self, target: str) -> SnapshotDisk | None:
        """The record of one disk."""
        return next((disk for disk in self.disks if disk.target == target), None)


class Forest(Value, dict=True):
    """All snapshots of one domain with their parents, and the current one."""

    snapshots: tuple[Snapshot, ...] = ()
    current: str | None = None
    names: frozenset[str] = frozenset()
    """Every path in the records."""

    @cached_property
    def _by_name(self) -> dict[str, Snapshot]:
        return {snapshot.name: snapshot for snapshot in self.snapshots}

    @cached_property
    def _children(self) -> dict[str | None, tuple[Snapshot, ...]]:
        found: dict[str | None, list[Snapshot]] = {}
        for snapshot in self._by_name.values():
            parent = snapshot.parent if snapshot.parent in self._by_name else None
            found.setdefault(parent, []).append(snapshot)
        return {
            parent: tuple(sorted(children, key=lambda child: (child.created, child.name)))
            for parent, children in found.items()
        }

    def get(self, name: str | None) -> Snapshot | None:
        """The snapshot of that name, or None."""
        return self._by_name.get(name) if name is not None else None

    def children(self, name: str | None) -> tuple[Snapshot, ...]:
        """Direct children, oldest first; ``None`` gives the roots."""
        return self._children.get(name, ())

    def descendants(self, name: str) -> Iterator[Snapshot]:
        """Everything below a snapshot, parents before children."""
        waiting = list(reversed(self.children(name)))
        seen = {name}
        while waiting:
            snapshot = waiting.pop()
            if snapshot.name not in seen:
                seen.add(snapshot.name)
                yield snapshot
                waiting.extend(reversed(self.children(snapshot.name)))

    def ancestors(self, name: str | None) -> Iterator[Snapshot]:
        """The snapshot itself, then its parent, up to the root."""
        seen: set[str] = set()
        while (snapshot := self.get(name)) is not None and snapshot.name not in seen:
            seen.add(snapshot.name)
            yield snapshot
            name = snapshot.parent

    @property
    def tangle(self) -> str:
        """Why this is no forest, which libvirt sees to; empty when it is one."""
        if len(self._by_name) < len(self.snapshots):
            return "two snapshots have the same name"
        roots = self.children(None)
        reached = len(roots) + sum(1 for root in roots for _ in self.descendants(root.name))
        return "" if reached == len(self.snapshots) else "a snapshot is its own ancestor"

    @cached_property
    def branch(self) -> frozenset[str]:
        """Names on the way from the root to the current snapshot."""
        return frozenset(snapshot.name for snapshot in self.ancestors(self.current))

    def preserving(self, snapshot: Snapshot, target: str) -> Snapshot | None:
        """The nearest ancestor that did anything with the disk; not always the parent."""
        above = self.ancestors(snapshot.parent)
        return next((s for s in above if (d := s.disk(target)) and d.mode != "no"), None)

    def half_merged(self, snapshot: Snapshot) -> tuple[str, ...]:
        """Targets of which an interrupted delete has spoilt what the snapshot preserves."""
        targets = (disk.target for disk in snapshot.disks if disk.mode == "external")
        return tuple(target for target in targets if self._is_half_merged(snapshot, target))

    def _is_half_merged(self, snapshot: Snapshot, target: str) -> bool:
        """The one that was to go is that which the overlay preserves.

        If none is, virsh may have gone back to the marked one, which leaves the overlay of before
        in its record; then it is the one above on this branch.
        """
        marked = self.preserving(snapshot, target)
        record = marked.disk(target) if marked and target in marked.unfinished else None
        if record is None:
            return False
        named = self.kept_by(record.overlay)
        own = snapshot.disk(target)
        stands_there = own is not None and own.below is not None and own.below[:1] == (record.base,)
        return snapshot in named if named else snapshot.name in self.branch and stands_there

    def made(self, layer: str) -> Snapshot | None:
        """The snapshot whose overlay ``layer`` is: the file holds what was written since."""
        return next((s for s in self.snapshots if layer in s.overlays), None)

    def naming(self, layer: str) -> tuple[Snapshot, ...]:
        """All snapshots whose definition names ``layer``, also those that left its disk out."""
        return tuple(s for s in self.snapshots if any(d.base == layer for d in s.disks))

    def kept_by(self, layer: str) -> tuple[Snapshot, ...]:
        """The external snapshots that ``layer`` preserves: a revert would go back to it."""
        return tuple(
            snapshot
            for snapshot in self.snapshots
            if any(d.mode == "external" and d.base == layer for d in snapshot.disks)
        )

    def standing_on(self, layer: str) -> tuple[Snapshot, ...]:
        """Those that go back to, or into, an image that stands on ``layer``, as far as is known."""
        return tuple(
            snapshot
            for snapshot in self.snapshots
            if any(
                d.mode in ("external", "internal") and layer in (d.below or ())
                for d in snapshot.disks
            )
        )
