"""Snapshots whose images leave the chain of a disk, unchanged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from os.path import basename

from kvmtui.model.disk import Disk, Layer
from kvmtui.model.snapshot import Snapshot, SnapshotDisk
from kvmtui.model.value import replace
from kvmtui.model.words import listed
from kvmtui.plans import edit, mend, orphans
from kvmtui.plans.plan import Refusal
from kvmtui.plans.revert import stale
from kvmtui.plans.steps import Vouch
from kvmtui.plans.subject import Subject


def inside(subject: Subject, disk: Disk, fate: str) -> Refusal | None:
    """Internal snapshots in the active layer belong to it, and to what lies below it."""
    active = disk.active
    if active is None:
        return None
    held = [s.name for s in subject.forest.naming(active.source) if is_inside(s, disk, active)]
    held += [image.name for image in active.snapshots or ()]
    if not held:
        return None
    reason = f"internal “{held[0]}” lives in {basename(active.source)} and {fate}"
    return Refusal("internal inside", reason, "delete it first", by=held[0])


def is_inside(snapshot: Snapshot, disk: Disk, layer: Layer) -> bool:
    """Whether an image holds what the snapshot goes back to, whatever the disk was called then."""
    return any(
        record.mode == "internal" and (record.target == disk.target or record.base == layer.source)
        for record in snapshot.disks
    )


def renamed(subject: Subject, disk: Disk, files: Iterable[str]) -> Refusal | None:
    """A snapshot that knows the disk by another name, and stands on files that would change."""
    changed = {*files}
    for snapshot in subject.forest.snapshots:
        for record in snapshot.disks:
            its = {record.base, record.overlay, *(record.below or ())}
            if record.mode == "external" and record.target != disk.target and its & changed:
                was = f"“{snapshot.name}” was taken when {disk.target} was {record.target}"
                reason = f"{was}, and goes back to a layer that would change"
                return Refusal("renamed", reason, "forget its record first", by=snapshot.name)
    return None


def kept(subject: Subject, disk: Disk, layers: Sequence[Layer]) -> tuple[Snapshot, ...]:
    """Snapshots of the current branch that one of the layers preserves, youngest first.

    None whose record does not fit the chain: what those hold is not known now either.
    """
    sources = {layer.source for layer in layers}
    return tuple(
        snapshot
        for snapshot in subject.forest.ancestors(subject.forest.current)
        if (record := snapshot.disk(disk.target)) is not None
        and record.mode == "external"
        and record.base in sources
        and stale.refuse(subject, snapshot, record) is None
    )


def unprovable(subject: Subject, snapshots: Sequence[Snapshot]) -> tuple[Snapshot, ...]:
    """Those of which nobody could tell later that their images are unchanged."""
    if not subject.host.facts.local:
        return tuple(snapshots)
    return tuple(
        s
        for s in snapshots
        if edit.hidden(subject, s) is not None or any(disk.volume for disk in s.disks)
    )


def vouched(
    subject: Subject, disk: Disk, snapshots: Sequence[Snapshot], *, must: bool = True
) -> tuple[Vouch, ...]:
    """The note that lets it be told of the others, while their images are known to be right.

    ``must``: what comes after it must not be done without.
    """
    lost = unprovable(subject, snapshots)
    names = tuple(s.name for s in reversed(snapshots) if s not in lost)
    return (Vouch(subject.name, disk.target, names, must),) if names else ()


def touched(subject: Subject, gone: Sequence[Snapshot]) -> tuple[Vouch, ...] | Refusal:
    """New notes for the others once these internal ones have gone out of the same images.

    Such an image gets another time, and holds for everybody else what it held. Of a running guest
    only the active layer is touched, which the guest writes to as well.
    """
    if subject.domain.state.active:
        return ()
    files = {record.base for snapshot in gone for record in snapshot.disks if record.base}
    found: dict[str, list[str]] = {}
    for snapshot in subject.forest.snapshots:
        for record in snapshot.disks if snapshot not in gone else ():
            if not record.intact or files.isdisjoint((record.base, *(record.below or ()))):
                continue
            if unprovable(subject, [snapshot]):
                reason = f"what “{snapshot.name}” goes back to stands on its image, and its record"
                unable = f"{reason} cannot be written now"
                return Refusal("apart", unable, "delete that one first", by=snapshot.name)
            found.setdefault(record.target, []).append(snapshot.name)
    return tuple(Vouch(subject.name, target, tuple(names)) for target, names in found.items())


def standing(
    subject: Subject, target: str, files: Collection[str], but: Collection[str]
) -> Refusal | None:
    """A snapshot whose images are not in the chain, and which stands on files that would change.

    ``but``: names of those that go anyway.
    """
    for snapshot in subject.forest.snapshots:
        record = snapshot.disk(target)
        if record is None or snapshot.name in but or not _is_apart(subject, snapshot, record):
            continue
        carrying = orphans.carrying(subject, record.base)
        if unknown(subject, record) and not carrying:
            reason = f"what the image of “{snapshot.name}” stands on is not known"
            return Refusal("branch unknown", reason, "delete it first", by=snapshot.name)
        below = (*(record.below or ()), *carrying)
        if not {record.base, *below}.isdisjoint(files):
            reason = f"what “{snapshot.name}” goes back to stands on a layer that would change"
            return Refusal("apart", reason, "delete it first", by=snapshot.name)
    return None


def _is_apart(subject: Subject, snapshot: Snapshot, record: SnapshotDisk) -> bool:
    """Whether the images have left the chain, or a revert was cut short before it was recorded.

    Or it lives inside an image of another branch, which may hang on no record there any more.
    """
    if record.intact:
        return stale.refuse(subject, snapshot, replace(record, intact=None)) is not None
    disk = subject.config.disk(record.target)
    here = record.mode == "external" and snapshot.name in subject.forest.branch
    inside = record.mode == "internal" and bool(record.base)
    away = disk is not None and disk.complete and disk.position(record.base) is None
    return (here or inside) and away


def unknown(subject: Subject, record: SnapshotDisk | None) -> bool:
    """Whether its images may stand on any layer of the chain, as nobody could look at them."""
    if record is None or record.mode not in ("external", "internal") or not record.base:
        return False
    return record.below is None and subject.domain.holds(record.base) is None


def told(snapshots: Sequence[Snapshot]) -> tuple[str, ...]:
    """What is said of all of them."""
    if not snapshots:
        return ()
    names = listed([snapshot.name for snapshot in reversed(snapshots)])
    goes = "goes" if len(snapshots) == 1 else "go"
    return (f"the files that {names} {goes} back to stay as they are",)


def uncorrected(subject: Subject, disk: Disk) -> tuple[str, ...]:
    """What is lost with the layers that tell how a record can be corrected."""
    return tuple(
        f"the way back to “{snapshot.name}”, unless its record is corrected first (d)"
        for snapshot in subject.forest.snapshots
        if any(record.target == disk.target for record, _ in mend.broken(subject, snapshot))
        and mend.refuse(subject, snapshot) is None
    )


def losses(lost: Sequence[Snapshot]) -> tuple[str, ...]:
    """What is said of those of which it cannot be told."""
    return tuple(
        f"the way back to “{snapshot.name}”: nobody could tell that its image is unchanged"
        for snapshot in lost
    )
