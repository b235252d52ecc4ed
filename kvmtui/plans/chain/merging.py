"""Layers that are merged down: which they are, what that frees and what room it takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from os.path import dirname

from kvmtui.model.disk import Disk, Layer
from kvmtui.model.value import Value
from kvmtui.model.words import size
from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import Redefine
from kvmtui.plans.subject import Subject


class Merged(Value):
    """Layers of a disk, from ``top`` down, that are merged into ``base`` and removed."""

    disk: str
    top: str
    base: str


def finished(subject: Subject, target: str, base: str) -> tuple[Redefine, ...]:
    """Steps that take the mark of an interrupted delete away, once the merge was done anew."""
    return tuple(
        Redefine(subject.name, snapshot.name, ((target, base),))
        for snapshot in subject.forest.snapshots
        if target in snapshot.unfinished and base in snapshot.overlays
    )


def adjacent(disk: Disk, merged: Merged) -> bool:
    """Whether the two stand directly above each other in the chain."""
    base, top = disk.position(merged.base), disk.position(merged.top)
    return base is not None and top is not None and base == top + 1


def growth(disk: Disk, base: str, above: Iterable[Layer]) -> int:
    """Bytes that the base can take more at most: what lies above, up to its virtual size."""
    position = disk.position(base)
    layers = tuple(above)
    found = sum(layer.used or 0 for layer in layers)
    below = disk.layers[position] if position is not None else None
    if below is None or below.capacity is None or below.used is None:
        return found
    capacity = max([below.capacity, *(layer.capacity or 0 for layer in layers)])
    return min(found, max(capacity - below.used, 0))


def free(disk: Disk, base: str) -> int | None:
    """Bytes free on the file system of the base, as far as somebody could look."""
    position = disk.position(base)
    known = disk.layers[position].free if position is not None else None
    beside = disk.active is not None and dirname(disk.active.source) == dirname(base)
    return known if known is not None else disk.free if beside else None


def no_room(disk: Disk, base: str, above: Iterable[Layer]) -> Refusal | None:
    """The base must be able to grow before what is above it is removed."""
    room, grows = free(disk, base), growth(disk, base, above)
    if room is None or grows <= room:
        return None
    reason = f"the base may grow by {size(grows)}, and {size(room)} are free"
    return Refusal("no room", reason, "make room first")


def layers_of(subject: Subject, merged: Merged) -> tuple[Disk, tuple[Layer, ...]] | None:
    """The disk, and the merged layer in its chain as far as that is known."""
    disk = subject.config.disk(merged.disk)
    position = disk.position(merged.top) if disk else None
    if disk is None:
        return None
    return disk, disk.layers[position : position + 1] if position is not None else ()


def balance(found: Sequence[tuple[Disk, str, tuple[Layer, ...]]]) -> str:
    """What the merges free and take, in one line; empty where no size is known.

    Each is a disk, a base in it, and the layers that go down into that base.
    """
    above = [layer for _, _, layers in found for layer in layers]
    if not above or any(layer.used is None for layer in above):
        return ""
    freed = sum(layer.used or 0 for layer in above)
    grows = sum(growth(disk, base, layers) for disk, base, layers in found)
    room = [free(disk, base) for disk, base, _ in found]
    known = [bytes for bytes in room if bytes is not None]
    left = f", {size(min(known))} are free" if len(known) == len(room) else ""
    which = "base" if len({base for _, base, _ in found}) == 1 else "bases"
    return f"frees about {size(freed)}; the {which} may grow by {size(grows)}{left}"
