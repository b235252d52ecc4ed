"""Which snapshots a commit makes unusable, which it moves, and which of others stand in its way."""

from __future__ import annotations

from os.path import basename

from kvmtui.model.disk import Disk
from kvmtui.model.snapshot import Snapshot, SnapshotDisk
from kvmtui.plans import edit, orphans, rules
from kvmtui.plans.chain import leaving
from kvmtui.plans.chain.merging import Merged
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject


def touched(disk: Disk, merged: Merged) -> tuple[str, ...]:
    """The files that a commit removes, top first, and the one that it changes, last."""
    return tuple(layer.source for layer in disk.between(merged.top, merged.base))


def lost(subject: Subject, disk: Disk, merged: Merged) -> tuple[Snapshot, ...]:
    """Snapshots that cannot be reverted to afterwards, youngest first.

    A snapshot that left this disk out counts too: its definition names a file that changes.
    """
    return tuple(
        snapshot
        for snapshot in subject.forest.ancestors(subject.forest.current)
        if _stands_on(snapshot, disk, merged)
    )


def _stands_on(snapshot: Snapshot, disk: Disk, merged: Merged) -> bool:
    """Whether the commit changes what the snapshot goes back to.

    What the top holds can be read in the base afterwards, and the base keeps its internal ones.
    """
    record = snapshot.disk(disk.target)
    files = touched(disk, merged)
    if disk.position(merged.top) != 0:
        files = files[1:]
    if record is not None and record.mode == "internal":
        files = files[:-1]
    return record is not None and record.base in files


def moved(subject: Subject, disk: Disk, merged: Merged) -> tuple[Snapshot, ...]:
    """Snapshots whose records name a layer that goes, though what they hold stays."""
    gone = {snapshot.name for snapshot in lost(subject, disk, merged)}
    top = disk.position(merged.top) or 0
    return tuple(
        snapshot
        for snapshot in reversed(tuple(subject.forest.ancestors(subject.forest.current)))
        if snapshot.name not in gone
        and (record := snapshot.disk(disk.target)) is not None
        and (position := disk.position(record.base)) is not None
        and 0 < position <= top
        and (position == top or record.chain_recorded)
    )


def refuse(subject: Subject, disk: Disk, merged: Merged) -> Refusal | None:
    """What a commit must not destroy."""
    return rules.first(
        rules.base_not_shared(subject, touched(disk, merged), disk.target),
        orphans.stood_on(subject, touched(disk, merged)),
        _inside(subject, disk, merged),
        leaving.renamed(subject, disk, touched(disk, merged)),
        _elsewhere(subject, disk, merged),
        _apart(subject, disk, merged),
        *(edit.hidden(subject, snapshot) for snapshot in moved(subject, disk, merged)),
    )


def _elsewhere(subject: Subject, disk: Disk, merged: Merged) -> Refusal | None:
    """Snapshots off the current branch that the commit would destroy."""
    changed = {s.name for s in lost(subject, disk, merged)}
    changed |= {s.name for s in subject.forest.kept_by(merged.top)}
    changed |= _doubtful(subject, disk, merged)
    files = {*touched(disk, merged)}
    for snapshot in subject.forest.snapshots:
        if snapshot.name in subject.forest.branch:
            continue
        above = {ancestor.name for ancestor in subject.forest.ancestors(snapshot.name)}
        if above & changed or files & _below(disk, snapshot.disk(disk.target)):
            reason = f"“{snapshot.name}” on another branch stands on a layer that would change"
            return Refusal("branch", reason, "delete it first")
        if leaving.unknown(subject, snapshot.disk(disk.target)):
            reason = f"what “{snapshot.name}” on another branch stands on is not known"
            return Refusal("branch unknown", reason, "delete it first")
    return None


def _apart(subject: Subject, disk: Disk, merged: Merged) -> Refusal | None:
    gone = {snapshot.name for snapshot in lost(subject, disk, merged)}
    return leaving.standing(subject, disk.target, touched(disk, merged), gone)


def _below(disk: Disk, record: SnapshotDisk | None) -> set[str]:
    """The image that a snapshot goes back to, and those below it as far as they are known.

    An image keeps those inside it, and so does a layer of the chain whatever is merged below it.
    """
    if record is None:
        return set()
    if record.mode == "internal":
        return {*(record.below or ())} if disk.position(record.base) is None else set()
    return {record.base, *(record.below or ())}


def _doubtful(subject: Subject, disk: Disk, merged: Merged) -> set[str]:
    """Snapshots whose overlay would change while layers that no record names lie above it.

    Such layers belonged to a snapshot that was forgotten; other branches may share them.
    """
    files, found = touched(disk, merged), set()
    above = disk.active.source if disk.active else ""
    for snapshot in subject.forest.ancestors(subject.forest.current):
        record = snapshot.disk(disk.target)
        if record is None or record.mode != "external":
            continue
        if record.overlay in files and record.overlay != above:
            found.add(snapshot.name)
        above = record.base
    return found


def _inside(subject: Subject, disk: Disk, merged: Merged) -> Refusal | None:
    """Internal snapshots in a layer that is merged away would be gone, recorded or not."""
    for source in touched(disk, merged)[:-1]:
        layer = disk.layers[disk.position(source) or 0]
        held = [s.name for s in subject.forest.naming(source) if leaving.is_inside(s, disk, layer)]
        held += [image.name for image in layer.snapshots or ()]
        if held:
            reason = f"internal “{held[0]}” lives in {basename(source)}, which would be merged"
            return Refusal("internal inside", reason, "delete it first", by=held[0])
    return None
