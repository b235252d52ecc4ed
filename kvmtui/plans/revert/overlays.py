"""Going back to an external snapshot by new overlays on the images that it preserves.

libvirt before 9.9 cannot revert external snapshots, later ones unlink files that other snapshots
still need, put overlays on inserted media and crash where no snapshot is current. Defining the
domain as it was and letting libvirt make fresh overlays works on all of them and removes nothing.
"""

from __future__ import annotations

import os

from kvmtui.model.disk import Disk, Layer
from kvmtui.model.domain import State
from kvmtui.model.snapshot import Snapshot, SnapshotDisk
from kvmtui.plans import names
from kvmtui.plans.plan import Detour
from kvmtui.plans.steps import Redefine, StartOver, Step, Target
from kvmtui.plans.subject import Subject

LEFT_OUT = ("no", "manual")
"""Modes under which a snapshot preserves nothing of a disk."""


def restart(subject: Subject, snapshot: Snapshot, moment: str = "") -> tuple[Step, ...]:
    """Steps for a domain that is off: definition, overlays, corrected records."""
    fresh = targets(subject, snapshot, moment)
    others = [Target(r.target, "no") for r in snapshot.disks if r.mode != "external"]
    return (
        StartOver(
            subject.name,
            snapshot.name,
            (*fresh, *others),
            staying(subject, snapshot),
            ran=subject.domain.state is State.RUNNING,
        ),
        *corrections(subject, snapshot, moment),
    )


def detours(subject: Subject, snapshot: Snapshot) -> tuple[Detour, ...]:
    """Why libvirt's own revert is not asked for: the worst that it would do."""
    way = "new overlays instead, and no image is touched"
    media = [r.target for r in snapshot.disks if r.mode in LEFT_OUT and r.base]
    if not subject.host.facts.external_revert:
        told = ("revert unknown", "this libvirt cannot revert to images")
    elif subject.forest.current is None:
        told = ("no current", "libvirt's own revert dies where no snapshot is current")
    elif media:
        listed = ", ".join(media)
        told = ("media", f"libvirt's own revert would put {listed} on an overlay, too")
    else:
        told = ("revert unlinks", "libvirt's own revert can remove images of other snapshots")
    return (Detour(*told, way),)


def corrections(subject: Subject, snapshot: Snapshot, moment: str = "") -> tuple[Redefine, ...]:
    """Steps that record which overlays lead to where the domain is then."""
    fresh = targets(subject, snapshot, moment)
    files = tuple((target.disk, target.file) for target in fresh)
    return (
        *_corrected(subject, snapshot),
        Redefine(subject.name, snapshot.name, files, current=True),
    )


def staying(subject: Subject, snapshot: Snapshot) -> tuple[str, ...]:
    """The disks that the snapshot left out and that are attached now: they go on as they are."""
    left_out = (subject.config.disk(r.target) for r in snapshot.disks if r.mode in LEFT_OUT)
    return tuple(disk.target for disk in left_out if disk is not None and disk.writable)


def folder(record: SnapshotDisk) -> str:
    """Where a new overlay can lie: beside the image, or where its overlay was; else empty."""
    beside = {"file": record.base, "block": record.overlay}.get(record.type, "")
    return os.path.dirname(beside) if record.base else ""


def targets(subject: Subject, snapshot: Snapshot, moment: str = "") -> tuple[Target, ...]:
    """A new overlay for each image that the snapshot preserves.

    Where nobody sees which names are taken, as by the overlay of a revert before the last one,
    ``moment`` makes each a new one: the guest is off by the time that libvirt would refuse it.
    """
    taken = set(subject.files())
    made = []
    for record in snapshot.disks:
        if record.mode == "external":
            stem = names.stem(Disk(record.target, layers=_chain(subject, record.base)))
            beside = folder(record)
            unseen = moment and not subject.sees(beside, pooled=True)
            plain = f"{stem}.{names.slug(snapshot.name)}-r{f'-{moment}' if unseen else ''}"
            file = names.free_name(taken, os.path.join(beside, plain), ".qcow2")
            made.append(Target(record.target, "external", file))
            taken.add(file)
    return tuple(made)


def _chain(subject: Subject, base: str) -> tuple[Layer, ...]:
    """The known chain below ``base``, so that the overlay gets the family's name."""
    found = subject.domain.holds(base)
    if found is None:
        return (Layer(base),)
    disk, layer = found
    below = disk.layers[disk.layers.index(layer) :]
    same = [part for part in below if os.path.dirname(part.source) == os.path.dirname(base)]
    return (layer, *(part for part in same if part is not layer))


def _corrected(subject: Subject, snapshot: Snapshot) -> tuple[Redefine, ...]:
    """Ancestors whose recorded overlay does not lead to the next snapshot on the way."""
    steps = []
    below = snapshot
    for above in list(subject.forest.ancestors(snapshot.name))[1:]:
        right = [
            (record.target, _right_above(subject, record.base, kept))
            for record in above.disks
            if record.mode == "external"
            and (kept := below.disk(record.target)) is not None
            and kept.base
        ]
        wrong = [
            (target, layer)
            for target, layer in right
            if (record := above.disk(target)) and layer not in (record.overlay, record.base)
        ]
        if wrong:
            steps.append(Redefine(subject.name, above.name, tuple(wrong)))
        below = above
    return tuple(steps)


def _right_above(subject: Subject, base: str, kept: SnapshotDisk) -> str:
    """The layer above ``base`` in the chain of an image, as far as that is known.

    It is another than the image itself where the record of a snapshot between was forgotten.
    """
    found = subject.domain.holds(kept.base)
    layers = found[0].layers[found[0].layers.index(found[1]) :] if found else ()
    for chain in (tuple(layer.source for layer in layers), (kept.base, *(kept.below or ()))):
        if base in chain[1:]:
            return chain[chain.index(base) - 1]
    return kept.base
