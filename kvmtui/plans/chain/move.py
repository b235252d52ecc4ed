"""Copying a disk to a new file while it is in use, and switching over to that."""

from __future__ import annotations

from collections.abc import Sequence
from os.path import basename, dirname, join

from kvmtui.model.disk import Disk, Layer
from kvmtui.model.words import size
from kvmtui.plans import leftovers, names, places, rules
from kvmtui.plans.chain import blockjob, leaving
from kvmtui.plans.jobs import speed
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.steps import AwaitReady, Copy, Pivot, Redefine, RemoveFile, Step
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Move


def proposed(subject: Subject, disk: Disk) -> str:
    """A free path beside the active layer."""
    active = disk.active
    plain = join(dirname(active.source) if active else "", f"{names.stem(disk)}.copy")
    return names.free_name(subject.files(), plain, f".{_format(disk)}")


def _format(disk: Disk) -> str:
    return (disk.active.format if disk.active else "") or "raw"


def refuse(subject: Subject, wish: Move) -> Refusal | None:
    """Why the disk cannot be copied there."""
    disk = subject.config.disk(wish.disk)
    refusal = blockjob.refuse(subject, disk, layers=2 if wish.shallow else 1)
    if refusal or disk is None:
        return refusal or Refusal("no disk", "the disk is gone")
    return rules.first(
        leaving.inside(subject, disk, "would be left behind"),
        places.refuse_new(subject, wish.file),
        _room(subject, disk, wish),
        speed.refuse(wish.limit),
    )


def _left(disk: Disk, wish: Move) -> tuple[Layer, ...]:
    """The layers that the domain leaves."""
    return disk.layers[:1] if wish.shallow else disk.layers


def _needs(disk: Disk, wish: Move) -> int:
    """Bytes that the new file takes at most for what there is now."""
    found = sum(layer.used or 0 for layer in _left(disk, wish))
    return min(found, disk.layers[0].capacity or found)


def _room(subject: Subject, disk: Disk, wish: Move) -> Refusal | None:
    free, needs = subject.free(dirname(wish.file)), _needs(disk, wish)
    if free is None or needs <= free:
        return None
    return Refusal("no room", f"up to {size(needs)} are needed there, and {size(free)} are free")


def plan(subject: Subject, wish: Move) -> Plan | Refusal:
    """Copy, wait until both are the same, switch over; what the domain leaves stays or goes."""
    refusal = refuse(subject, wish)
    disk = subject.config.disk(wish.disk)
    if refusal or disk is None:
        return refusal or Refusal("no disk", "the disk is gone")
    limit = speed.limit(subject, wish.limit)
    start = blockjob.begin(subject)
    copy = Copy(subject.name, disk.target, wish.file, _format(disk), limit, shallow=wish.shallow)
    kept = () if wish.shallow else leaving.kept(subject, disk, disk.layers[1:])
    lost = leaving.losses(leaving.unprovable(subject, kept))
    lost += () if wish.shallow else leaving.uncorrected(subject, disk)
    unused = leftovers.unused(subject, disk.target, [layer.source for layer in _left(disk, wish)])
    removals = leftovers.removals(subject, unused) if wish.tidy else ()
    undo = () if start else _undone(subject, wish)
    return Plan(
        ref=subject.ref,
        title=f"Move {disk.target} of {subject.name}",
        verb="Move",
        steps=(
            *start,
            copy,
            *leaving.vouched(subject, disk, kept),
            AwaitReady(subject.name, disk.target),
            Pivot(subject.name, disk.target, wish.file),
            *_recorded(subject, disk, wish),
        ),
        undo=undo,
        lastly=blockjob.end(subject),
        chains=blockjob.known(disk, [layer.source for layer in _left(disk, wish)], wish.file),
        afterwards=removals,
        danger=Danger.LOSS if lost or removals else Danger.NONE,
        losses=lost,
        effects=(
            f"the new file takes up to {size(_needs(disk, wish))}, and what is written meanwhile",
            *_fate(unused, removals),
            *leaving.told(kept),
            *blockjob.told(subject),
            _cancelled(wish, undo),
        ),
    )


def _undone(subject: Subject, wish: Move) -> tuple[RemoveFile, ...]:
    """Without the switch nobody needs the copy; only where the copy is the first step."""
    return leftovers.removals(subject, [wish.file])


def _cancelled(wish: Move, undo: Sequence[RemoveFile]) -> str:
    """Also what is left of the copy when it does not come about."""
    left = "" if undo else f"; {basename(wish.file)} stays behind then"
    return f"x cancels until it switches over, and nothing is lost{left}"


def _recorded(subject: Subject, disk: Disk, wish: Move) -> tuple[Step, ...]:
    """The snapshot right below goes on in another overlay."""
    if not wish.shallow or disk.active is None:
        return ()
    snapshot = subject.forest.made(disk.active.source)
    if snapshot is None or snapshot.name not in subject.forest.branch:
        return ()
    return (Redefine(subject.name, snapshot.name, ((disk.target, wish.file),)),)


def _fate(unused: Sequence[str], removals: Sequence[RemoveFile]) -> tuple[str, ...]:
    gone = {step.file for step in removals}
    return tuple(
        f"{basename(path)} {'is removed' if path in gone else 'stays, unused'}" for path in unused
    )
