"""Going back to an external snapshot by new overlays on the images that it preserves.

libvirt before 9.9 cannot revert external snapshots, and later ones unlink files that other
snapshots still need. Defining the domain as it was and letting libvirt make fresh overlays
works on all of them and removes nothing.
"""

from __future__ import annotations

import os

from kvmtui.model.disk import Disk, Layer
from kvmtui.model.snapshot import Snapshot
from kvmtui.plans import names
from kvmtui.plans.steps import Redefine, StartOver, Step, Target
from kvmtui.plans.subject import Subject


def restart(subject: Subject, snapshot: Snapshot) -> tuple[Step, ...]:
    """Steps for a domain that is off: definition, overlays, corrected records."""
    kept = [record for record in snapshot.disks if record.mode == "external"]
    then = [Disk(r.target, layers=_chain(subject, r.base)) for r in kept]
    fresh = names.overlays(subject, then, f"{snapshot.name}-r")
    others = [Target(r.target, "no") for r in snapshot.disks if r.mode != "external"]
    files = tuple((target.disk, target.file) for target in fresh)
    return (
        StartOver(subject.name, snapshot.name, (*fresh, *others)),
        *_corrected(subject, snapshot),
        Redefine(subject.name, snapshot.name, files, current=True),
    )


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
    """Ancestors whose recorded overlay is not the base of the next snapshot on the way."""
    steps = []
    below = snapshot
    for above in list(subject.forest.ancestors(snapshot.name))[1:]:
        wrong = [
            (record.target, kept.base)
            for record in above.disks
            if record.mode == "external"
            and (kept := below.disk(record.target)) is not None
            and kept.base
            and kept.base not in (record.overlay, record.base)
        ]
        if wrong:
            steps.append(Redefine(subject.name, above.name, tuple(wrong)))
        below = above
    return tuple(steps)
