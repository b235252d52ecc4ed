"""The subject as it will be once one snapshot is deleted: the next one is planned against it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from kvmtui.model.disk import Disk, Layer
from kvmtui.model.domain import Config, State
from kvmtui.model.snapshot import Forest, Snapshot, SnapshotDisk
from kvmtui.model.value import replace
from kvmtui.plans.chain.merging import Merged, free, growth
from kvmtui.plans.subject import Subject


def started(subject: Subject) -> Subject:
    """QEMU runs, the guest does not."""
    on = replace(subject, domain=replace(subject.domain, state=State.PAUSED))
    return _with(on, config=replace(subject.config, errand=True))


def asleep(subject: Subject) -> Subject:
    """Off, with its RAM saved for the next start."""
    off = replace(subject, domain=replace(subject.domain, state=State.OFF))
    return _with(off, config=replace(subject.config, managed_save=True))


def without_records(subject: Subject, names: Collection[str]) -> Subject:
    """The records are gone: what hangs below them hangs one further up."""
    forest = subject.forest
    for name in names:
        forest = _without(forest, name)
    return _with(subject, forest=forest)


def _without(forest: Forest, name: str) -> Forest:
    gone = forest.get(name)
    if gone is None:
        return forest
    left = (s for s in forest.snapshots if s is not gone)
    moved = (replace(s, parent=gone.parent) if s.parent == name else s for s in left)
    return Forest(tuple(moved), gone.parent if forest.current == name else forest.current)


def without_tags(subject: Subject, snapshot: Snapshot) -> Subject:
    """The images no longer hold the internal snapshot."""
    inside = {record.base for record in snapshot.disks if record.mode == "internal"}

    def cleared(layer: Layer) -> Layer:
        if layer.source not in inside or layer.snapshots is None:
            return layer
        kept = tuple(image for image in layer.snapshots if image.name != snapshot.name)
        return replace(layer, snapshots=kept)

    return _with_layers(subject, lambda disk: tuple(map(cleared, disk.layers)))


def merged(subject: Subject, merges: Iterable[Merged]) -> Subject:
    """The tops are gone from the chains, the bases hold more, and the records name the bases."""
    for merge in merges:
        subject = _merged(subject, merge)
    return subject


def _merged(subject: Subject, merge: Merged) -> Subject:
    def shorter(disk: Disk) -> Disk:
        if disk.target != merge.disk:
            return disk
        above = tuple(layer for layer in disk.layers if layer.source == merge.top)
        grows, room = growth(disk, merge.base, above), free(disk, merge.base)
        left = None if room is None else room - grows + sum(layer.used or 0 for layer in above)
        layers = tuple(
            _grown(layer, grows, left) if layer.source == merge.base else layer
            for layer in disk.layers
            if layer not in above
        )
        return replace(disk, layers=layers, free=disk.free if left is None else left)

    config = replace(subject.config, disks=tuple(map(shorter, subject.config.disks)))
    forest = Forest(
        tuple(_standing(snapshot, merge) for snapshot in subject.forest.snapshots),
        subject.forest.current,
    )
    return without_files(_with(subject, config=config, forest=forest), [merge.top])


def _grown(layer: Layer, grows: int, left: int | None) -> Layer:
    used = None if layer.used is None else layer.used + grows
    return replace(layer, used=used, free=left)


def _standing(snapshot: Snapshot, merge: Merged) -> Snapshot:
    """The snapshot with the base instead of the layer that it stood on."""

    def moved(record: SnapshotDisk) -> SnapshotDisk:
        if record.target != merge.disk:
            return record
        base = merge.base if record.base == merge.top else record.base
        below = record.below and tuple(
            layer for layer in record.below if layer not in (merge.top, base)
        )
        return replace(record, base=base, below=below)

    unfinished = snapshot.unfinished
    if merge.base in snapshot.overlays:
        unfinished = tuple(target for target in unfinished if target != merge.disk)
    return replace(snapshot, disks=tuple(map(moved, snapshot.disks)), unfinished=unfinished)


def without_files(subject: Subject, files: Collection[str]) -> Subject:
    """The files are no longer in their folders."""

    def emptied(disk: Disk) -> Disk:
        return disk if disk.folder is None else replace(disk, folder=disk.folder - {*files})

    return _with(
        subject, config=replace(subject.config, disks=tuple(map(emptied, subject.config.disks)))
    )


def _with_layers(subject: Subject, layers: Callable[[Disk], tuple[Layer, ...]]) -> Subject:
    disks = tuple(replace(disk, layers=layers(disk)) for disk in subject.config.disks)
    return _with(subject, config=replace(subject.config, disks=disks))


def _with(
    subject: Subject, *, config: Config | None = None, forest: Forest | None = None
) -> Subject:
    """The subject with these parts, in its domain and its host too."""
    config, forest = config or subject.config, forest or subject.forest
    domain = replace(subject.domain, config=config, forest=forest)
    host = subject.host.with_domain(domain)
    return replace(subject, host=host, domain=domain, config=config, forest=forest)
