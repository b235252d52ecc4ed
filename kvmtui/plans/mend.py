"""Correcting a record after the layer that it names was merged while nobody looked.

A delete by commits leaves it so when kvmtui goes away before the merge is done: libvirt brings
the merge to its end, and nobody tells it that the snapshots above stand on the base now.
"""

from __future__ import annotations

from os.path import basename

from kvmtui.model.disk import Layer
from kvmtui.model.snapshot import Snapshot, SnapshotDisk
from kvmtui.plans import edit, rules
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.steps import Amend
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Mend


def stands_on(subject: Subject, record: SnapshotDisk) -> Layer | None:
    """The layer below the snapshot's overlay, where the recorded one is no longer in the chain."""
    disk = subject.config.disk(record.target)
    if record.intact or disk is None or not disk.complete or disk.position(record.base) is not None:
        return None
    overlay = disk.position(record.overlay)
    if overlay is None or overlay + 1 >= len(disk.layers):
        return None
    return disk.layers[overlay + 1]


def broken(subject: Subject, snapshot: Snapshot) -> tuple[tuple[SnapshotDisk, Layer], ...]:
    """The disks whose record names a layer that is gone, each with what it stands on now."""
    external = (record for record in snapshot.disks if record.mode == "external")
    found = ((record, stands_on(subject, record)) for record in external)
    return tuple((record, layer) for record, layer in found if layer is not None)


def refuse(subject: Subject, snapshot: Snapshot | None) -> Refusal | None:
    """Why the record cannot be corrected."""
    if snapshot is None:
        return Refusal("gone", "the snapshot is gone")
    wrong = broken(subject, snapshot)
    if not wrong:
        return Refusal("fits", "its record fits the chain, or cannot be corrected")
    for _, layer in wrong:
        other = next((s.name for s in subject.forest.kept_by(layer.source)), "")
        if other:
            reason = f"{basename(layer.source)} is what “{other}” goes back to"
            return Refusal("in use", reason, f"forget “{other}” first, if there is no way to it")
    below = subject.forest.descendants(snapshot.name)
    return rules.first(rules.no_block_job(subject), *(edit.hidden(subject, s) for s in below))


def plan(subject: Subject, wish: Mend) -> Plan | Refusal:
    """Each disk's record, and those of the snapshots below that may name the same layer."""
    snapshot = subject.forest.get(wish.snapshot)
    refusal = refuse(subject, snapshot)
    if refusal or snapshot is None:
        return refusal or Refusal("gone", "the snapshot is gone")
    below = tuple(s.name for s in subject.forest.descendants(snapshot.name))
    wrong = broken(subject, snapshot)
    return Plan(
        ref=subject.ref,
        title=f"Correct the record of “{snapshot.name}” of {subject.name}",
        verb="Correct",
        steps=tuple(
            Amend(
                subject.name,
                record.target,
                record.base,
                layer.source,
                layer.kind,
                layer.format,
                (snapshot.name, *below),
            )
            for record, layer in wrong
        ),
        danger=Danger.LOSS,
        effects=tuple(
            f"“{snapshot.name}” goes back to what {basename(layer.source)} holds now"
            for _, layer in wrong
        ),
        warnings=tuple(
            f"right only if {basename(record.base)} was merged into {basename(layer.source)}:"
            " somebody's pull looks the same"
            for record, layer in wrong
        ),
    )
