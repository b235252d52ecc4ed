"""Pulling layers up into the active one, so that it stands on less, or on nothing."""

from __future__ import annotations

from collections.abc import Sequence
from os.path import basename, dirname

from kvmtui.model.disk import Disk, Layer
from kvmtui.model.snapshot import Snapshot
from kvmtui.model.words import size
from kvmtui.plans import flushing, leftovers, rules
from kvmtui.plans.chain import blockjob, leaving
from kvmtui.plans.jobs import speed
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.steps import AwaitMerged
from kvmtui.plans.steps import Pull as PullStep
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Pull


def bases(disk: Disk) -> tuple[str, ...]:
    """What the active layer can stand on afterwards, nearest first; empty for nothing."""
    return (*(layer.source for layer in disk.layers[2:]), "")


def refuse(subject: Subject, wish: Pull) -> Refusal | None:
    """Why nothing can be pulled so."""
    disk = subject.config.disk(wish.disk)
    refusal = blockjob.refuse(subject, disk)
    if refusal or disk is None:
        return refusal or Refusal("no disk", "the disk is gone")
    position = disk.position(wish.base)
    if wish.base and (position is None or position < 2):
        return Refusal("base", f"nothing lies between {wish.base} and the active layer")
    return rules.first(
        leaving.inside(subject, disk, "needs what is below it"),
        _room(disk, pulled(disk, wish.base)),
        speed.refuse(wish.limit),
    )


def pulled(disk: Disk, base: str) -> tuple[Layer, ...]:
    """The layers that leave the chain."""
    position = disk.position(base) if base else None
    return disk.layers[1 : position if position is not None else len(disk.layers)]


def _growth(disk: Disk, layers: Sequence[Layer]) -> int:
    """Bytes that the active layer can take more at most."""
    found = sum(layer.used or 0 for layer in layers)
    active = disk.layers[0]
    if active.capacity is None or active.used is None:
        return found
    return min(found, max(active.capacity - active.used, 0))


def _room(disk: Disk, layers: Sequence[Layer]) -> Refusal | None:
    active, grows = disk.layers[0], _growth(disk, layers)
    room = active.free if active.free is not None else disk.free
    if room is None or grows <= room:
        return None
    reason = f"{basename(active.source)} may grow by {size(grows)}, and {size(room)} are free"
    return Refusal("no room", reason, "make room first")


def plan(subject: Subject, wish: Pull) -> Plan | Refusal:
    """Snapshots are told apart from the chain first: their images are only read by this."""
    refusal = refuse(subject, wish)
    disk = subject.config.disk(wish.disk)
    if refusal or disk is None:
        return refusal or Refusal("no disk", "the disk is gone")
    layers = pulled(disk, wish.base)
    limit = speed.limit(subject, wish.limit)
    kept = leaving.kept(subject, disk, (*layers, *_base(disk, wish)))
    lost = leaving.losses(leaving.unprovable(subject, kept))
    lost += leaving.uncorrected(subject, disk)
    unused = leftovers.unused(subject, disk.target, [layer.source for layer in layers])
    return Plan(
        ref=subject.ref,
        title=f"Pull {disk.target} of {subject.name}",
        verb="Pull",
        steps=(
            *leaving.vouched(subject, disk, kept),
            *blockjob.begin(subject),
            PullStep(subject.name, disk.target, wish.base, limit),
            AwaitMerged(subject.name, disk.target, layers[0].source),
        ),
        lastly=blockjob.end(subject),
        afterwards=flushing.steps(subject),
        chains=blockjob.known(disk, without=[layer.source for layer in layers]),
        danger=Danger.LOSS if lost else Danger.NONE,
        losses=lost,
        effects=(
            *_effects(disk, layers, kept, unused),
            *blockjob.told(subject),
            *flushing.told(subject),
            "x cancels: what was copied by then stays in the active layer, and nothing is lost",
        ),
        warnings=flushing.warnings(subject),
    )


def _base(disk: Disk, wish: Pull) -> tuple[Layer, ...]:
    position = disk.position(wish.base) if wish.base else None
    return disk.layers[position : position + 1] if position is not None else ()


def _effects(
    disk: Disk, layers: Sequence[Layer], kept: Sequence[Snapshot], unused: Sequence[str]
) -> tuple[str, ...]:
    active = disk.layers[0]
    free = active.free if active.free is not None else disk.free
    room = f", {size(free)} are free" if free is not None else ""
    where = "" if not dirname(active.source) else f" in {dirname(active.source)}"
    told = [f"{basename(active.source)} may grow by {size(_growth(disk, layers))}{where}{room}"]
    told += leaving.told(kept)
    told += [f"{basename(path)} stays, unused" for path in unused]
    return tuple(told)
