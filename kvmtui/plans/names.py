"""Names for what a plan makes: snapshots and overlay files that nobody has yet."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from kvmtui.model.disk import Disk
from kvmtui.model.place import There
from kvmtui.plans.steps import Target
from kvmtui.plans.subject import Subject

SLUG_BYTES = 120
"""Leaves room in a 255-byte file name for the stem, a number and the suffix."""

STEM_BYTES = 255 - SLUG_BYTES - len("..-r-20380119-031407-99.qcow2")

_SUFFIXES = (".qcow2", ".qcow", ".raw", ".img", ".qed")


def free_name(taken: Iterable[str], wanted: str, suffix: str = "") -> str:
    """``wanted`` + ``suffix``, or with ``-2``, ``-3``, … between them when it is taken."""
    names = set(taken)
    candidate, number = wanted + suffix, 1
    while candidate in names:
        number += 1
        candidate = f"{wanted}-{number}{suffix}"
    return candidate


def snapshot_name(subject: Subject, wanted: str) -> str:
    """A snapshot name that is free in this domain and in its images."""
    recorded = (snapshot.name for snapshot in subject.forest.snapshots)
    return free_name((*recorded, *inside(subject)), wanted)


def inside(subject: Subject) -> frozenset[str]:
    """Names of the internal snapshots in the active layers, recorded by libvirt or not."""
    layers = (disk.active for disk in subject.config.writable)
    return frozenset(image.name for layer in layers if layer for image in layer.snapshots or ())


def blind_disk(subject: Subject, how: str) -> str:
    """A disk in whose image, or beside it, nobody sees which names are taken; or empty.

    ``how``: as ``Create.how``. QEMU keeps two snapshots of one name inside an image apart by their
    number only: the older one is come back to, or lost. Beside it, libvirt refuses what is there.
    """
    for disk in subject.config.writable:
        layer = disk.active
        if layer is None:
            continue
        if how == "internal":
            blind = layer.format == "qcow2" and layer.snapshots is None
        else:
            beside = os.path.dirname(layer.source)
            blind = layer.kind == "file" and not subject.sees(beside, pooled=True)
        if blind:
            return disk.target
    return ""


def slug(name: str) -> str:
    """A snapshot name as part of a file name: letters and digits of any script kept."""
    kept = "".join(c if c.isalnum() or c in "._-" else "_" for c in name).strip(".")
    return kept.encode()[:SLUG_BYTES].decode(errors="ignore") or "snapshot"


def stem(disk: Disk) -> str:
    """The file name of the chain's base without its suffix: overlays keep the family name.

    Not its commas: libvirt misplaces such files while the domain is off.
    """
    name = os.path.basename(disk.layers[-1].source)
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    return name.replace(",", "_").encode()[:STEM_BYTES].decode(errors="ignore")


def has_place(disk: Disk) -> bool:
    """Whether an overlay can lie beside the active layer."""
    return disk.active is not None and disk.active.kind == "file"


def overlays(
    subject: Subject,
    disks: Iterable[Disk],
    snapshot: str,
    chosen: Iterable[tuple[str, str]] = (),
) -> tuple[Target, ...]:
    """External targets, each with an explicit file: the chosen one, or a free one beside the disk.

    libvirt's own names are not used: they collide for disks of the same stem. A disk that is no
    file has no place beside it: its target names no file.
    """
    places = dict(chosen)
    taken = {*subject.files(), *places.values()}
    targets = []
    for disk in disks:
        path = places.get(disk.target)
        if path is None and has_place(disk):
            assert disk.active is not None
            directory = os.path.dirname(disk.active.source)
            plain = os.path.join(directory, f"{stem(disk)}.{slug(snapshot)}")
            path = free_name(taken, plain, ".qcow2")
            taken.add(path)
        targets.append(Target(disk.target, "external", path or "", _is_device(subject, path or "")))
    return tuple(targets)


def _is_device(subject: Subject, path: str) -> bool:
    """Whether a block device is there, or must be, where nobody can look."""
    place = subject.host.place(path)
    unknown = place is not None and place.there is There.UNKNOWN
    return place is not None and (
        place.there is There.BLOCK or (unknown and path.startswith("/dev/"))
    )


def save_file(subject: Subject) -> str:
    """A free path for the RAM of a domain that stops, beside its first disk in a file."""
    return free_name(subject.files(), _saved(subject), ".save")


def saved(subject: Subject) -> tuple[str, ...]:
    """The files of such names that are there, as far as folders could be looked at; last first."""
    pattern = re.compile(re.escape(_saved(subject)) + r"(?:-(\d+))?\.save")
    found = {m[0]: int(m[1] or 1) for file in subject.files() if (m := pattern.fullmatch(file))}
    return tuple(sorted(found, key=lambda file: -found[file]))


def _saved(subject: Subject) -> str:
    """The path without number and suffix."""
    disks = (disk for disk in subject.config.writable if has_place(disk) and disk.active)
    beside = (os.path.dirname(disk.active.source) for disk in disks if disk.active)
    return os.path.join(next(beside, "/var/lib/libvirt/images"), slug(subject.name))


def memory_file(subject: Subject, directory: str, snapshot: str, taken: Iterable[str] = ()) -> str:
    """A free path for the RAM of an external snapshot.

    libvirt truncates a file that is there already. Where nobody can look, the domain's uuid makes
    the name one that no other domain's file has.
    """
    plain = os.path.join(directory, f"{slug(subject.name)}.{slug(snapshot)}")
    if not subject.sees(directory):
        plain += f".{subject.domain.uuid.partition('-')[0]}"
    return free_name((*subject.files(), *taken), plain, ".mem")
