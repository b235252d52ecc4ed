"""How one snapshot goes: by libvirt's own delete, by a commit, or by its record alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from os.path import basename

from kvmtui.model.domain import State
from kvmtui.model.snapshot import Kind, Snapshot
from kvmtui.model.value import Value, replace
from kvmtui.plans import flushing, leftovers, orphans, standing
from kvmtui.plans.chain import afterwards, leaving
from kvmtui.plans.chain.merging import Merged
from kvmtui.plans.delete import commits, refusals
from kvmtui.plans.forgetting import RECORDS_SAFE, kept_as_they_are, record_gone
from kvmtui.plans.plan import Detour, Refusal
from kvmtui.plans.steps import DeleteSnapshot, Step, Vouch
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Delete

COMMIT_INSTEAD = frozenset(
    {"internal parent", "forgotten", "stale", "unfinished mark", "manual", "detached", "volume"}
)
"""Rules against libvirt's own delete that say nothing against a commit of the same layers."""


class Deletion(Value):
    """What is done for one snapshot, and what comes of it."""

    before: Subject
    steps: tuple[Step, ...]
    after: Subject
    merges: tuple[Merged, ...] = ()
    effects: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    detours: tuple[Detour, ...] = ()
    needs_qemu: bool = False
    """The domain is off, and must be started paused before the first step."""


def plan(subject: Subject, snapshot: Snapshot, wish: Delete) -> Deletion | Refusal:
    """The way that the wish names, or the one that this libvirt leaves."""
    if wish.metadata_only:
        return forget(subject, snapshot, ram_file=wish.ram_file)
    if _has_left(subject, snapshot):
        return _beside(subject, snapshot, native=False)
    if wish.cancellable:
        return by_commit(subject, snapshot)
    refusal = refusals.refuse(subject, snapshot)
    if refusal is None:
        if snapshot.kind is not Kind.EXTERNAL:
            return _from_inside(subject, snapshot)
        here = snapshot.name in subject.forest.branch
        return _by_libvirt(subject, snapshot) if here else _beside(subject, snapshot)
    if refusal.rule not in COMMIT_INSTEAD or snapshot.kind is not Kind.EXTERNAL:
        return refusal
    instead = by_commit(subject, snapshot)
    return refusal if isinstance(instead, Refusal) else _told_why(instead, refusal)


def _has_left(subject: Subject, snapshot: Snapshot) -> bool:
    """Whether its images are known to be right, but no disk stands on them any more."""
    records = refusals.external(snapshot)
    disks = (subject.config.disk(record.target) for record in records)
    return bool(records) and all(
        record.intact and disk is not None and disk.complete and disk.position(record.base) is None
        for record, disk in zip(records, disks, strict=True)
    )


def _from_inside(subject: Subject, snapshot: Snapshot) -> Deletion | Refusal:
    """One call; the state is taken out of the images."""
    notes = leaving.touched(subject, [snapshot])
    if isinstance(notes, Refusal):
        return notes
    files = _left(subject, snapshot, snapshot.overlays)
    removals = leftovers.removals(subject, files)
    return Deletion(
        subject,
        (DeleteSnapshot(subject.name, snapshot.name, inside=True), *notes, *removals),
        afterwards.without_tags(_merged(subject, snapshot, ()), snapshot),
        effects=("the images get room inside",),
        warnings=leftovers.staying(files, removals),
    )


def _by_libvirt(subject: Subject, snapshot: Snapshot) -> Deletion:
    """One call, by which libvirt merges the layers of a snapshot with files."""
    merges = refusals.by_libvirt(subject, snapshot)
    tops = {merge.top for merge in merges}
    files = _left(subject, snapshot, [o for o in snapshot.overlays if o not in tops])
    removals = leftovers.removals(subject, files)
    step = DeleteSnapshot(subject.name, snapshot.name, merges=True)
    return Deletion(
        subject,
        (*_noted(subject, snapshot), step, *removals),
        _merged(subject, snapshot, merges),
        merges,
        _merging(merges),
        (*_spoiling(subject, merges), *leftovers.staying(files, removals)),
        needs_qemu=_needs_qemu(subject, tops),
    )


def _noted(subject: Subject, snapshot: Snapshot) -> tuple[Vouch, ...]:
    """What tells of an interrupted merge that the image below is spoilt.

    libvirt marks only a snapshot below, and there is none.
    """
    disks = (
        subject.config.disk(record.target)
        for record in refusals.external(snapshot)
        if subject.forest.preserving(snapshot, record.target) is None
    )
    notes = (leaving.vouched(subject, disk, [snapshot], must=False) for disk in disks if disk)
    return tuple(note for each in notes for note in each)


def _needs_qemu(subject: Subject, tops: Collection[str]) -> bool:
    """An old libvirt knows only the active layers of a domain that is off."""
    old = subject.libvirt < refusals.MERGES_WHILE_OFF
    active = {disk.active.source for disk in subject.config.disks if disk.active}
    return subject.domain.state is State.OFF and old and not active.issuperset(tops)


def _left(subject: Subject, snapshot: Snapshot, images: Iterable[str]) -> tuple[str, ...]:
    """What nobody needs afterwards of the images, and the RAM file that an old libvirt leaves."""
    old = subject.libvirt < leftovers.MEMORY_REMOVED
    memory = [snapshot.memory_file] if old else []
    return leftovers.unneeded(subject, snapshot, (*memory, *images))


def _beside(subject: Subject, snapshot: Snapshot, *, native: bool = True) -> Deletion | Refusal:
    """A leaf beside the current branch, or beside the present chain: only files go.

    libvirt unlinks the images that it preserves, whoever else needs them; then, and where it
    cannot, its record is forgotten and what nobody needs is removed.
    """
    images = leftovers.own_images(subject, snapshot, "external")
    ours = (*snapshot.overlays, *leftovers.own_images(subject, snapshot, "no"))
    kept = [image for image in images if leftovers.needed(subject, snapshot, image)]
    why = _barred(subject, snapshot, images, kept) if native else None
    native = native and why is None
    if native:
        files = _left(subject, snapshot, ours)
        step = DeleteSnapshot(subject.name, snapshot.name)
    else:
        from_the_top = (snapshot.memory_file, *ours, *images)  # saved RAM names its images
        files = leftovers.unneeded(subject, snapshot, from_the_top)
        step = record_gone(subject, snapshot)
    removals = leftovers.removals(subject, files)
    # where a pull took them out of the chain, the disk may live on them yet
    pulled = bool(removals) and _has_left(subject, snapshot)
    unwritten = flushing.refuse(subject) if pulled else None
    if unwritten:
        return unwritten
    gone = (*(images if native else ()), *(removal.file for removal in removals))
    after = afterwards.without_records(subject, [snapshot.name])
    return Deletion(
        subject,
        (*(flushing.steps(subject) if pulled else ()), step, *removals),
        afterwards.without_files(after, gone),
        effects=(
            *(flushing.told(subject) if pulled else ()),
            *(f"{basename(path)} is removed" for path in gone),
        ),
        warnings=(
            *(flushing.warnings(subject) if pulled else ()),
            *(f"{basename(image)} stays: it is still needed" for image in kept),
            *leftovers.staying(files, removals),
        ),
        detours=(why,) if why else (),
    )


def _barred(
    subject: Subject, snapshot: Snapshot, images: Collection[str], kept: Collection[str]
) -> Detour | None:
    """Why libvirt is not asked to delete such a leaf; 10.x takes an original image with it."""
    way = "its record is forgotten, and what nobody needs is removed"
    if subject.libvirt < refusals.MERGES_WHILE_OFF:
        return Detour("beside", "this libvirt deletes nothing beside the current branch", way)
    records = refusals.external(snapshot)
    foreign = [r.base for r in records if r.base not in images]
    needed = next(iter((*kept, *(foreign if subject.libvirt < RECORDS_SAFE else ()))), "")
    if not needed:
        return None
    reason = f"libvirt would remove {basename(needed)}, which is still needed"
    return Detour("unlinks needed", reason, way)


def _told_why(instead: Deletion, refusal: Refusal) -> Deletion:
    reason = f"libvirt would not delete it ({refusal.reason})"
    why = Detour(refusal.rule, reason, "its layer is committed instead")
    return replace(instead, detours=(*instead.detours, why))


def forget(subject: Subject, snapshot: Snapshot, *, ram_file: bool = False) -> Deletion:
    """Only the record: files and images stay exactly as they are."""
    ram = leftovers.there(subject, [snapshot.memory_file])
    files = leftovers.unneeded(subject, snapshot, ram)
    removals = leftovers.removals(subject, files) if ram_file else ()
    forgotten = record_gone(subject, snapshot)
    return Deletion(
        subject,
        (forgotten, *removals),
        afterwards.without_records(subject, [snapshot.name]),
        effects=("files and images stay exactly as they are",) if not removals else (),
        warnings=leftovers.staying(ram, removals),
        detours=kept_as_they_are(forgotten),
    )


def by_commit(subject: Subject, snapshot: Snapshot) -> Deletion | Refusal:
    """Its layers are committed, its record goes as soon as the first of them is written to."""
    merges = commits.merges(subject, snapshot)
    if isinstance(merges, Refusal):
        return merges
    files = leftovers.unneeded(subject, snapshot, [snapshot.memory_file])
    removals = leftovers.removals(subject, files)
    forgotten = record_gone(subject, snapshot)
    steps = commits.steps(subject, snapshot, merges, forgotten)
    return Deletion(
        subject,
        (*steps, *removals),
        _merged(subject, snapshot, merges),
        merges,
        _merging(merges),
        (
            *commits.warnings(subject, snapshot),
            *_spoiling(subject, merges),
            *leftovers.staying(files, removals),
        ),
        kept_as_they_are(forgotten),
        needs_qemu=subject.domain.state is State.OFF,
    )


def _merged(subject: Subject, snapshot: Snapshot, merges: Iterable[Merged]) -> Subject:
    return afterwards.without_records(afterwards.merged(subject, merges), [snapshot.name])


def _spoiling(subject: Subject, merges: Iterable[Merged]) -> tuple[str, ...]:
    """What is told of those that stand on what is merged, or may, and are recorded nowhere."""
    files = [file for merged in merges for file in (merged.top, merged.base)]
    return (*orphans.spoilt(subject, files), *(standing.others_unseen(subject) if files else ()))


def _merging(merges: Iterable[Merged]) -> tuple[str, ...]:
    return tuple(
        f"{basename(merge.top)} is merged into {basename(merge.base)} and removed"
        for merge in merges
    )
