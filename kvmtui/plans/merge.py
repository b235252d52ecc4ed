"""Committing the active layer of a disk down into one of its bases."""

from __future__ import annotations

from os.path import basename

from kvmtui.model.disk import Disk, Layer
from kvmtui.model.domain import State
from kvmtui.model.snapshot import Kind, Memory, Snapshot
from kvmtui.plans import merging, rules
from kvmtui.plans.delete.one import record_gone
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.steps import AwaitReady, Commit, Pivot, Step
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Merge


def bases(disk: Disk) -> tuple[str, ...]:
    """The layers that the active one can be merged into, nearest first."""
    return tuple(layer.source for layer in disk.layers[1:])


def refuse_disk(subject: Subject, disk: Disk | None) -> Refusal | None:
    """Why nothing of this disk can be committed."""
    if not subject.host.facts.has_block_jobs:
        return Refusal("test driver", "libvirt's test driver has no block jobs")
    if disk is None or not disk.writable:
        return Refusal("no disk", "no writable disk is selected")
    if subject.domain.state not in (State.RUNNING, State.PAUSED):
        reason = f"{subject.name} is {subject.domain.state.value}: QEMU does the merge"
        return Refusal("off", reason, "start it paused first (o)")
    if len(disk.layers) < 2:
        return Refusal("one layer", f"{disk.target} has no layer below its active one")
    return rules.first(
        rules.no_block_job(subject),
        rules.asleep(subject, "nothing can be merged"),
        rules.all_present([disk]),
    )


def touched(disk: Disk, base: str) -> tuple[str, ...]:
    """The files that a commit into ``base`` changes or removes: all from the top to it."""
    position = disk.position(base) or 0
    return tuple(layer.source for layer in disk.layers[: position + 1])


def lost(subject: Subject, disk: Disk, base: str) -> tuple[Snapshot, ...]:
    """Snapshots that cannot be reverted to afterwards, youngest first.

    A snapshot that left this disk out counts too: its definition names a file that changes.
    """
    return tuple(
        snapshot
        for snapshot in subject.forest.ancestors(subject.forest.current)
        if _stands_on(snapshot, disk, base)
    )


def _stands_on(snapshot: Snapshot, disk: Disk, base: str) -> bool:
    """Whether the commit changes or removes the file that the snapshot goes back to."""
    record = snapshot.disk(disk.target)
    files = touched(disk, base)
    if record is not None and record.mode == "internal":
        files = files[:-1]  # the base keeps its internal snapshots
    return record is not None and record.base in files


def _elsewhere(subject: Subject, disk: Disk, base: str) -> Refusal | None:
    """Snapshots off the current branch that the commit would destroy."""
    gone = {snapshot.name for snapshot in lost(subject, disk, base)}
    doubtful = _doubtful(subject, disk, base)
    for snapshot in subject.forest.snapshots:
        if snapshot.name in subject.forest.branch:
            continue
        above = {ancestor.name for ancestor in subject.forest.ancestors(snapshot.name)}
        if above & gone or above & doubtful or _stands_on(snapshot, disk, base):
            reason = f"“{snapshot.name}” on another branch stands on a layer that would change"
            return Refusal("branch", reason, "delete it first")
    return None


def _doubtful(subject: Subject, disk: Disk, base: str) -> set[str]:
    """Snapshots whose overlay would change while layers that no record names lie above it.

    Such layers belonged to a snapshot that was forgotten; other branches may share them.
    """
    files, found = touched(disk, base), set()
    above = disk.active.source if disk.active else ""
    for snapshot in subject.forest.ancestors(subject.forest.current):
        record = snapshot.disk(disk.target)
        if record is None or record.mode != "external":
            continue
        if record.overlay in files and record.overlay != above:
            found.add(snapshot.name)
        above = record.base
    return found


def _inside(subject: Subject, disk: Disk, base: str) -> Refusal | None:
    """Internal snapshots in a layer that is merged away would be gone, recorded or not."""
    for source in touched(disk, base)[:-1]:
        held = [s.name for s in subject.forest.naming(source) if _is_inside(s, disk.target)]
        position = disk.position(source) or 0
        held += [image.name for image in disk.layers[position].snapshots or ()]
        if held:
            reason = f"internal “{held[0]}” lives in {basename(source)}, which would be merged"
            return Refusal("internal inside", reason, "delete it first")
    return None


def _is_inside(snapshot: Snapshot, target: str) -> bool:
    record = snapshot.disk(target)
    return record is not None and record.mode == "internal"


def refuse(subject: Subject, wish: Merge) -> Refusal | None:
    """Why this commit cannot be had."""
    disk = subject.config.disk(wish.disk)
    refusal = refuse_disk(subject, disk)
    if refusal or disk is None:
        return refusal
    if not disk.position(wish.base):
        return Refusal("base", f"{wish.base} is not below the active layer of {wish.disk}")
    return rules.first(
        rules.base_not_shared(subject, touched(disk, wish.base), disk.target),
        _inside(subject, disk, wish.base),
        _elsewhere(subject, disk, wish.base),
        _room(disk, wish.base),
    )


def _room(disk: Disk, base: str) -> Refusal | None:
    """The base can grow by what the layers above it hold, at most to its virtual size."""
    return merging.no_room(disk, base, _above(disk, base))


def _above(disk: Disk, base: str) -> tuple[Layer, ...]:
    return disk.layers[: disk.position(base) or 0]


def plan(subject: Subject, wish: Merge) -> Plan | Refusal:
    """Commit, wait for READY, pivot.

    The snapshots that the job spoils are forgotten as soon as it runs, so that nobody is offered
    a way back into a half written image, even if nobody sees the job to its end.
    """
    refusal = refuse(subject, wish)
    disk = subject.config.disk(wish.disk)
    if refusal or disk is None:
        return refusal or Refusal("no disk", "the disk is gone")
    gone = lost(subject, disk, wish.base)
    top, limit = disk.layers[0].source, subject.host.commit_bandwidth
    steps: tuple[Step, ...] = (
        Commit(subject.name, disk.target, top, wish.base, limit, delete=not wish.keep),
        *forgotten(subject, gone),
        AwaitReady(subject.name, disk.target),
        Pivot(subject.name, disk.target, wish.base),
        *merging.finished(subject, disk.target, wish.base),
    )
    return Plan(
        ref=subject.ref,
        title=f"Commit {disk.target} of {subject.name}",
        verb="Commit",
        steps=steps,
        danger=Danger.LOSS,
        losses=tuple(f"the way back to “{snapshot.name}”" for snapshot in gone),
        effects=_effects(disk, wish),
        warnings=_warnings(disk, gone),
    )


def forgotten(subject: Subject, gone: tuple[Snapshot, ...]) -> tuple[Step, ...]:
    """Records that lie from the first byte that a commit writes, however it ends.

    A commit that is cancelled leaves the active layer as it was, but not the layers below it.
    """
    names = {snapshot.name for snapshot in gone}
    return tuple(record_gone(subject, snapshot, without=names) for snapshot in gone)


def _effects(disk: Disk, wish: Merge) -> tuple[str, ...]:
    merged = touched(disk, wish.base)[:-1]
    fate = "stays, unused" if wish.keep else "is removed"
    told = [f"{basename(wish.base)} takes in all that was written since"]
    told += [f"{basename(path)} {fate}" for path in merged]
    return (*told, "the guest keeps running; x cancels, but what is lost is lost at once")


def _warnings(disk: Disk, gone: tuple[Snapshot, ...]) -> tuple[str, ...]:
    told = []
    for snapshot in gone:
        others = [
            record.target
            for record in snapshot.disks
            if record.mode == "external" and record.target != disk.target
        ]
        if others:
            told.append(f"{', '.join(others)} of “{snapshot.name}” keeps its layer")
        if snapshot.memory is Memory.EXTERNAL and snapshot.kind is Kind.EXTERNAL:
            told.append(f"{basename(snapshot.memory_file)} stays behind")
    return tuple(told)
