"""Files that nobody needs once a snapshot is deleted, and who may remove them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from os.path import basename, dirname

from kvmtui.model.snapshot import Kind, Snapshot
from kvmtui.plans import orphans, standing
from kvmtui.plans.rules import base_not_shared
from kvmtui.plans.steps import RemoveFile
from kvmtui.plans.subject import Subject

MEMORY_REMOVED = 9_001_000
"""Before, libvirt's own delete leaves the RAM file behind."""


def own_images(subject: Subject, snapshot: Snapshot, mode: str) -> tuple[str, ...]:
    """The images that a snapshot goes back to, of the disks that it treats so (external, no).

    The original image, that no snapshot made, is never among them; libvirt sees it likewise.
    """
    return tuple(
        record.base
        for record in snapshot.disks
        if record.mode == mode
        and record.base
        and (above := subject.forest.preserving(snapshot, record.target)) is not None
        and above.kind is Kind.EXTERNAL
    )


def needed(subject: Subject, snapshot: Snapshot, file: str) -> bool:
    """Whether a definition, another snapshot or an image that none names needs it, or may."""
    return bool(
        _kept(subject, snapshot, file)
        or standing.perhaps_on(subject, snapshot, file)
        or stands_on(subject, file)
        or base_not_shared(subject, [file])
        or orphans.standing_on(subject, file)
        or {*orphans.waking_on(subject, file)} - {snapshot.memory_file}
    )


def unneeded(subject: Subject, snapshot: Snapshot, files: Iterable[str]) -> tuple[str, ...]:
    """Which of the files are there for nobody, each image before those that it stands on."""
    found, stays = list[str](), set[str]()
    for file in dict.fromkeys(filter(None, files)):
        if _gone(subject, file):
            continue
        if file in stays or needed(subject, snapshot, file):
            stays |= {file, *orphans.carrying(subject, file)}
        else:
            found.append(file)
    return tuple(found)


def unused(subject: Subject, target: str, files: Iterable[str]) -> tuple[str, ...]:
    """Which layers that leave a chain, the uppermost first, nobody else names or stands on.

    What lies below one that somebody needs is needed too.
    """
    return tuple(takewhile(lambda file: not _used(subject, target, file), files))


def _used(subject: Subject, target: str, file: str) -> bool:
    """Also where it is not known what the images of another branch stand on."""
    forest = subject.forest
    for snapshot in forest.snapshots:
        for record in snapshot.disks:
            unknown = record.below is None and snapshot.name not in forest.branch
            if unknown or file in (record.base, *(record.below or ())):
                return True
    return bool(
        base_not_shared(subject, [file], target)
        or orphans.standing_on(subject, file)
        or orphans.waking_on(subject, file)
    )


def there(subject: Subject, files: Iterable[str]) -> tuple[str, ...]:
    """Those that are, or may be, where they are said to be."""
    return tuple(file for file in files if file and not _gone(subject, file))


def _gone(subject: Subject, file: str) -> bool:
    """Whether a folder that could be looked at does not hold the file any more."""
    folders = {
        dirname(disk.active.source): disk.folder
        for disk in subject.config.disks
        if disk.active is not None and disk.folder is not None
    }
    return dirname(file) in folders and file not in folders[dirname(file)]


def _kept(subject: Subject, gone: Snapshot, file: str) -> bool:
    """Whether another snapshot needs the file; what an ancestor once made it has handed down."""
    above = {snapshot.name for snapshot in subject.forest.ancestors(gone.name)}
    return any(
        snapshot.memory_file == file
        or any(file in (record.base, *(record.below or ())) for record in snapshot.disks)
        or (file in snapshot.overlays and snapshot.name not in above)
        for snapshot in subject.forest.snapshots
        if snapshot.name != gone.name
    )


def stands_on(subject: Subject, file: str) -> str:
    """The disk whose chain holds the file, or may hold it; empty when that is out of question."""
    for disk in subject.config.disks:
        if disk.position(file) is not None:
            return disk.target
        if disk.writable and not disk.complete:
            return disk.target
    return ""


def removals(subject: Subject, files: Iterable[str]) -> tuple[RemoveFile, ...]:
    """Steps for those of the files that can be removed from here."""
    facts = subject.host.facts
    return tuple(
        RemoveFile(subject.name, file, pooled)
        for file in files
        if (pooled := dirname(file) in facts.pools) or facts.local
    )


def staying(files: Iterable[str], steps: Iterable[RemoveFile]) -> tuple[str, ...]:
    """What is said of the others."""
    gone = {step.file for step in steps}
    return tuple(f"{basename(file)} stays behind" for file in files if file not in gone)
