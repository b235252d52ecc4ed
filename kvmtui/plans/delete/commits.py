"""Deleting an external snapshot as commits of its layers, which can be cancelled."""

from __future__ import annotations

from kvmtui.model.disk import Disk
from kvmtui.model.snapshot import Kind, Snapshot, SnapshotDisk
from kvmtui.plans import rules
from kvmtui.plans.chain import leaving, merging
from kvmtui.plans.chain.merging import Merged
from kvmtui.plans.delete.refusals import (
    branching_off,
    external,
    in_chain,
    kept,
    merging_allowed,
    unfinished,
)
from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import (
    Amend,
    AwaitMerged,
    AwaitReady,
    Commit,
    DeleteSnapshot,
    Pivot,
    Step,
)
from kvmtui.plans.subject import Subject


def merges(subject: Subject, snapshot: Snapshot) -> tuple[Merged, ...] | Refusal:
    """The layers that are committed, or why they must not be."""
    refusal = _refuse(subject, snapshot)
    if refusal:
        return refusal
    found = []
    for record in external(snapshot):
        disk = subject.config.disk(record.target)
        if disk is None:
            continue  # its layers stay as they are
        merged = _layer(subject, snapshot, record, disk)
        if isinstance(merged, Refusal):
            return merged
        found.append(merged)
    if not found:
        return Refusal("nothing", "none of its disks is attached any more")
    return in_chain(subject, found) or tuple(found)


def _refuse(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    forest = subject.forest
    if not subject.host.facts.has_block_jobs:
        return Refusal("test driver", "libvirt's test driver has no block jobs")
    if snapshot.kind is not Kind.EXTERNAL:
        return Refusal("inside", "it lives inside the image: there is no layer to commit")
    beside = branching_off(subject, snapshot)
    if forest.current == snapshot.name and beside:
        reason = f"the domain runs on it and “{beside.name}” hangs below"
        return Refusal("active", reason, "delete that one first")
    if snapshot.name not in forest.branch:
        return Refusal("branch", "it is not on the current branch: there is nothing to commit")
    if beside:
        reason = f"“{beside.name}” branches off below it and stands on the layer that would go"
        return Refusal("branches", reason, f"delete “{beside.name}” first")
    return rules.first(
        unfinished(subject, snapshot),
        rules.steady(subject),
        rules.no_block_job(subject),
        merging_allowed(subject),
    )


def _layer(
    subject: Subject, snapshot: Snapshot, record: SnapshotDisk, disk: Disk
) -> Merged | Refusal:
    """The layer that holds what was written from this snapshot to the next one.

    Where the recorded base was merged away behind its back, the layer below the overlay is what
    the snapshot stands on by now.
    """
    if not disk.complete:
        reason = f"how far down the chain of {disk.target} goes is not known while it is off"
        return Refusal("chain unknown", reason, "start it paused first (o)")
    base, overlay = disk.position(record.base), disk.position(record.overlay)
    if base:
        top = disk.layers[base - 1].source
        if base - 1 == overlay or top in _written_since(subject, snapshot, disk):
            return _not_kept(subject, snapshot, Merged(disk.target, top, record.base))
    elif base is None and overlay is not None and overlay + 1 < len(disk.layers):
        below = disk.layers[overlay + 1].source
        return _not_kept(subject, snapshot, Merged(disk.target, record.overlay, below))
    reason = f"its record no longer fits the chain of {disk.target}"
    return Refusal("stale", reason, "only its record can be forgotten")


def _written_since(subject: Subject, snapshot: Snapshot, disk: Disk) -> tuple[str, ...]:
    """What the next snapshot, or the domain itself, says that the layer is."""
    children = subject.forest.children(snapshot.name)
    if not children and disk.active is not None:
        return (disk.active.source,)
    return tuple(later.base for child in children if (later := child.disk(disk.target)))


def _not_kept(subject: Subject, snapshot: Snapshot, merged: Merged) -> Merged | Refusal:
    return kept(subject, snapshot, [merged]) or merged


def steps(
    subject: Subject, snapshot: Snapshot, merged: tuple[Merged, ...], forget: DeleteSnapshot
) -> tuple[Step, ...]:
    """Disk after disk; the record goes as soon as the first base is written to.

    Each disk's records are corrected before the next one begins, so that a plan that stops
    between two leaves none that is wrong.
    """
    made = _vouched(subject, snapshot, merged)
    for number, merge in enumerate(merged):
        disk = subject.config.disk(merge.disk)
        active = disk is not None and disk.position(merge.top) == 0
        limit = subject.host.commit_bandwidth
        made.append(Commit(subject.name, merge.disk, merge.top, merge.base, limit, active=active))
        made += [forget] if number == 0 else []
        if active:
            made.append(AwaitReady(subject.name, merge.disk))
            made.append(Pivot(subject.name, merge.disk, merge.base))
        else:
            made.append(AwaitMerged(subject.name, merge.disk, merge.top))
        made += _amended(subject, snapshot, merge)
        made += merging.finished(subject, merge.disk, merge.base)
    return tuple(made)


def _vouched(subject: Subject, snapshot: Snapshot, merged: tuple[Merged, ...]) -> list[Step]:
    """So that its record is not believed, should nobody forget it once the first job has begun.

    Not where it is not believed now: what its image holds would pass for what it was taken of.
    """
    made: list[Step] = []
    for merge in merged:
        disk = subject.config.disk(merge.disk)
        base = disk.position(merge.base) if disk else None
        if disk is not None and base is not None:
            kept = leaving.kept(subject, disk, disk.layers[base : base + 1])
            own = [found for found in kept if found.name == snapshot.name]
            made += leaving.vouched(subject, disk, own, must=False)
    return made


def _amended(subject: Subject, snapshot: Snapshot, merge: Merged) -> tuple[Amend, ...]:
    names = tuple(
        later.name
        for later in subject.forest.descendants(snapshot.name)
        if (record := later.disk(merge.disk)) is not None
        and (record.base == merge.top or record.chain_recorded)
    )
    disk = subject.config.disk(merge.disk)
    position = disk.position(merge.base) if disk else None
    if not names or disk is None or position is None:
        return ()
    base = disk.layers[position]
    return (Amend(subject.name, merge.disk, merge.top, base.source, base.kind, base.format, names),)


def warnings(subject: Subject, snapshot: Snapshot) -> tuple[str, ...]:
    """What stays as it is."""
    gone = (r.target for r in external(snapshot) if subject.config.disk(r.target) is None)
    return tuple(f"{target} is no longer attached: its layers stay as they are" for target in gone)
