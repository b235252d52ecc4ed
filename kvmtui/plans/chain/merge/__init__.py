"""Committing layers of a disk, the active one or some further down, into one of their bases."""

from __future__ import annotations

from collections.abc import Sequence
from os.path import basename

from kvmtui.model.disk import Disk
from kvmtui.model.snapshot import Kind, Memory, Snapshot
from kvmtui.plans import orphans, rules, standing
from kvmtui.plans.chain import blockjob, leaving, merging
from kvmtui.plans.chain.merge import spoilt
from kvmtui.plans.chain.merging import Merged
from kvmtui.plans.forgetting import record_gone
from kvmtui.plans.jobs import speed
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.steps import Amend, AwaitMerged, AwaitReady, Commit, Pivot, Step
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Merge


def tops(disk: Disk) -> tuple[str, ...]:
    """The layers that can be merged into one below them, the active one first."""
    return tuple(layer.source for layer in disk.layers[:-1])


def bases(disk: Disk, top: str = "") -> tuple[str, ...]:
    """The layers that ``top``, or the active one, can be merged into, nearest first."""
    position = disk.position(top) or 0
    return tuple(layer.source for layer in disk.layers[position + 1 :])


def refuse(subject: Subject, wish: Merge) -> Refusal | None:
    """Why this commit cannot be had."""
    made = plan(subject, wish)
    return made if isinstance(made, Refusal) else None


def merges(subject: Subject, wish: Merge) -> tuple[Merged, ...]:
    """What is merged of each disk; the other disks down to the same snapshot."""
    disk = subject.config.disk(wish.disk)
    first = Merged(wish.disk, wish.top or _active(disk), wish.base)
    return (first, *(others(subject, first) if wish.others else ()))


def others(subject: Subject, merged: Merged) -> tuple[Merged, ...]:
    """The same of the other disks that the snapshots kept by top and base deal with."""
    here = subject.config.disk(merged.disk)
    down_to, active = _keeping(subject, merged.base), merged.top == _active(here)
    from_here = None if active else _keeping(subject, merged.top)
    found = []
    for record in down_to.disks if down_to else ():
        disk = subject.config.disk(record.target)
        if disk is None or record.target == merged.disk or record.mode != "external":
            continue
        above = from_here.disk(record.target) if from_here else None
        top = _active(disk) if active else above.base if above else ""
        if disk.between(top, record.base):
            found.append(Merged(record.target, top, record.base))
    return tuple(found)


def _active(disk: Disk | None) -> str:
    return disk.active.source if disk is not None and disk.active is not None else ""


def _keeping(subject: Subject, layer: str) -> Snapshot | None:
    """The snapshot of the current branch that a layer preserves."""
    kept = subject.forest.kept_by(layer)
    return next((s for s in kept if s.name in subject.forest.branch), None)


def plan(subject: Subject, wish: Merge) -> Plan | Refusal:
    """Disk after disk: commit, wait for READY, pivot; layers further down end by themselves.

    The snapshots that it spoils are forgotten as soon as the first job runs, so that nobody is
    offered a way back into a half written image, even if nobody sees the job to its end.
    """
    never = speed.refuse(wish.limit) or rules.shut(subject, "nothing can be merged")
    if never:
        return never
    found = list[tuple[Disk, Merged]]()
    for merged in merges(subject, wish):
        disk = subject.config.disk(merged.disk)
        refusal = blockjob.refuse(subject, disk) or (disk and _refuse(subject, disk, merged))
        if refusal or disk is None:
            return refusal or Refusal("no disk", "the disk is gone")
        found.append((disk, merged))
    gone = _lost(subject, found)
    return Plan(
        ref=subject.ref,
        title=f"Commit {', '.join(disk.target for disk, _ in found)} of {subject.name}",
        verb="Commit",
        steps=(
            *_vouched(subject, found),
            *blockjob.begin(subject),
            *_steps(subject, wish, found, gone),
        ),
        lastly=blockjob.end(subject),
        chains=tuple(
            chain
            for disk, merged in found
            for chain in blockjob.known(disk, without=_gone(disk, merged))
        ),
        danger=Danger.LOSS,
        losses=(
            *(f"the way back to “{snapshot.name}”" for snapshot in gone),
            *_left_over(subject, found),
        ),
        effects=(*_effects(found, wish), *_meanwhile(subject)),
        warnings=(*_warnings(found, gone), *standing.others_unseen(subject)),
    )


def _vouched(subject: Subject, found: Sequence[tuple[Disk, Merged]]) -> tuple[Step, ...]:
    """So that a record that is not forgotten any more, once the job has begun, is not believed."""
    return tuple(
        step
        for disk, merged in found
        for step in leaving.vouched(
            subject,
            disk,
            leaving.kept(subject, disk, disk.between(merged.top, merged.base)[1:]),
            must=False,
        )
    )


def _left_over(subject: Subject, found: Sequence[tuple[Disk, Merged]]) -> tuple[str, ...]:
    """Images that nothing refers to, and that stand on what changes."""
    files = [file for disk, merged in found for file in spoilt.touched(disk, merged)]
    images = orphans.left_over(subject, files)
    return tuple(f"{basename(image)}, which no record names and stands on them" for image in images)


def _gone(disk: Disk, merged: Merged) -> tuple[str, ...]:
    """The layers that leave the chain."""
    return tuple(layer.source for layer in disk.between(merged.top, merged.base)[:-1])


def _refuse(subject: Subject, disk: Disk, merged: Merged) -> Refusal | None:
    layers = disk.between(merged.top, merged.base)
    if not layers:
        above = "the active layer" if merged.top == _active(disk) else basename(merged.top)
        return Refusal("base", f"{merged.base} is not below {above} of {disk.target}")
    room = merging.no_room(disk, merged.base, layers[:-1])
    return spoilt.refuse(subject, disk, merged) or room


def _lost(subject: Subject, found: Sequence[tuple[Disk, Merged]]) -> tuple[Snapshot, ...]:
    """All that one of the commits spoils, youngest first."""
    names = {s.name for disk, merged in found for s in spoilt.lost(subject, disk, merged)}
    branch = subject.forest.ancestors(subject.forest.current)
    return tuple(snapshot for snapshot in branch if snapshot.name in names)


def lost(subject: Subject, disk: Disk, base: str) -> tuple[Snapshot, ...]:
    """Snapshots that a commit of the active layer into ``base`` spoils, youngest first."""
    return spoilt.lost(subject, disk, Merged(disk.target, _active(disk), base))


def forgotten(subject: Subject, gone: Sequence[Snapshot]) -> tuple[Step, ...]:
    """Records that lie from the first byte that a commit writes, however it ends.

    A commit that is cancelled leaves its top as it was, but not the layers below it.
    """
    names = {snapshot.name for snapshot in gone}
    return tuple(record_gone(subject, snapshot, without=names) for snapshot in gone)


def _steps(
    subject: Subject,
    wish: Merge,
    found: Sequence[tuple[Disk, Merged]],
    gone: Sequence[Snapshot],
) -> tuple[Step, ...]:
    """Each disk's records are corrected before the next one begins."""
    limit = speed.limit(subject, wish.limit)
    made = list[Step]()
    for number, (disk, merged) in enumerate(found):
        active = disk.position(merged.top) == 0
        made.append(
            Commit(
                subject.name,
                disk.target,
                merged.top,
                merged.base,
                limit,
                delete=not wish.keep,
                active=active,
            )
        )
        made += forgotten(subject, gone) if number == 0 else ()
        if active:
            made.append(AwaitReady(subject.name, disk.target))
            made.append(Pivot(subject.name, disk.target, merged.base))
        else:
            made.append(AwaitMerged(subject.name, disk.target, merged.top))
        made += _amended(subject, disk, merged, gone)
        made += merging.finished(subject, disk.target, merged.base)
    return tuple(made)


def _amended(
    subject: Subject, disk: Disk, merged: Merged, gone: Sequence[Snapshot]
) -> tuple[Amend, ...]:
    """Records of snapshots further up that name one of the layers that are gone.

    Not of those that are forgotten by then, as the merge of another disk spoils them.
    """
    names = tuple(s.name for s in spoilt.moved(subject, disk, merged) if s not in gone)
    layers = disk.between(merged.top, merged.base)
    if not names or not layers:
        return ()
    base = layers[-1]
    between = tuple(layer.source for layer in layers[1:-1])
    return (
        Amend(
            subject.name, disk.target, merged.top, base.source, base.kind, base.format, names,
            between,
        ),
    )  # fmt: skip


def _effects(found: Sequence[tuple[Disk, Merged]], wish: Merge) -> tuple[str, ...]:
    told = []
    for disk, merged in found:
        taken = [basename(path) for path in spoilt.touched(disk, merged)[:-1]]
        since = "all that was written since" if disk.position(merged.top) == 0 else taken[0]
        told.append(f"{basename(merged.base)} takes in {since}")
        fate = "stays, unused" if wish.keep else "is removed"
        told += [f"{name} {fate}" for name in taken]
    rows = tuple(
        (disk, merged.base, disk.between(merged.top, merged.base)[:-1]) for disk, merged in found
    )
    told.append(merging.balance(rows) if not wish.keep else "")
    return tuple(filter(None, told))


def _meanwhile(subject: Subject) -> tuple[str, ...]:
    started = blockjob.told(subject)
    cancel = "x cancels, but what is lost is lost at once"
    return (*started, cancel) if started else (f"the guest keeps running; {cancel}",)


def _warnings(found: Sequence[tuple[Disk, Merged]], gone: Sequence[Snapshot]) -> tuple[str, ...]:
    told, merged = [], {disk.target for disk, _ in found}
    for snapshot in gone:
        kept = [
            record.target
            for record in snapshot.disks
            if record.mode == "external" and record.target not in merged
        ]
        if kept:
            told.append(f"{', '.join(kept)} of “{snapshot.name}” keeps its layer")
        if snapshot.memory is Memory.EXTERNAL and snapshot.kind is Kind.EXTERNAL:
            told.append(f"{basename(snapshot.memory_file)} stays behind")
    return tuple(told)
