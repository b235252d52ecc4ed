"""Internal snapshots as the images have them, beside what libvirt records of them."""

from __future__ import annotations

from collections.abc import Iterator

from kvmtui.model.disk import Disk, ImageSnapshot, Layer
from kvmtui.model.domain import Domain
from kvmtui.model.snapshot import Forest, Snapshot
from kvmtui.model.value import Value


class Unrecorded(Value):
    """An internal snapshot that only the images know: made by qemu-img, or forgotten."""

    name: str
    disks: tuple[str, ...]
    """Targets whose active layer holds it."""
    created: int
    """Seconds since 1970; the oldest where the disks differ."""
    ram: int
    """Bytes of saved RAM; 0 for disks only."""


def unrecorded(domain: Domain) -> tuple[Unrecorded, ...]:
    """What the active layers hold and no record names, oldest first."""
    found: dict[str, list[tuple[str, ImageSnapshot]]] = {}
    forest = domain.forest or Forest()
    for disk in domain.config.writable if domain.config else ():
        layer = disk.active
        for image in (layer.snapshots or ()) if layer else ():
            if layer and not _is_recorded(forest, disk, layer, image.name):
                found.setdefault(image.name, []).append((disk.target, image))
    made = (_together(name, parts) for name, parts in found.items())
    return tuple(sorted(made, key=lambda snapshot: (snapshot.created, snapshot.name)))


def _is_recorded(forest: Forest, disk: Disk, layer: Layer, name: str) -> bool:
    snapshot = forest.get(name)
    record = snapshot.disk(disk.target) if snapshot else None
    return record is not None and record.mode == "internal" and record.base in ("", layer.source)


def _together(name: str, parts: list[tuple[str, ImageSnapshot]]) -> Unrecorded:
    return Unrecorded(
        name,
        tuple(dict.fromkeys(target for target, _ in parts)),
        min(image.created for _, image in parts),
        max(image.size for _, image in parts),
    )


def lost(domain: Domain, snapshot: Snapshot) -> tuple[str, ...]:
    """Targets of an internal snapshot whose image is known not to hold it any more."""
    return tuple(
        target for target, layer in _layers(domain, snapshot) if not _held(layer, snapshot)
    )


def _layers(domain: Domain, snapshot: Snapshot) -> Iterator[tuple[str, Layer]]:
    """The images in which the snapshot should be, where their content is known."""
    for record in snapshot.disks:
        hit = domain.holds(record.base) if record.mode == "internal" and record.base else None
        if hit is not None and hit[1].snapshots is not None:
            yield record.target, hit[1]


def _held(layer: Layer, snapshot: Snapshot) -> bool:
    return any(image.name == snapshot.name for image in layer.snapshots or ())


def twice(layer: Layer, name: str) -> bool:
    """Whether the image holds more than one of that name: QEMU takes the first."""
    return sum(image.name == name for image in layer.snapshots or ()) > 1


def next_number(layer: Layer) -> str | None:
    """The number that QEMU gives the next snapshot in the image; None where that is not known."""
    if layer.snapshots is None:
        return None
    numbers = (int(image.id) for image in layer.snapshots if image.id.isdecimal())
    return str(max(numbers, default=0) + 1)


def hidden(layer: Layer) -> str | None:
    """The snapshot that QEMU would no longer find once the next one has that number."""
    number = next_number(layer)
    return next((image.name for image in layer.snapshots or () if image.name == number), None)


def mistaken(layer: Layer, name: str) -> str | None:
    """The snapshot that QEMU would go back to instead: it takes a name for a number first."""
    return next(
        (image.name for image in layer.snapshots or () if image.id == name != image.name), None
    )
