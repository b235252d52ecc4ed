"""Why libvirt must not be asked to delete a snapshot: it would refuse, crash or lose data."""

from __future__ import annotations

from collections.abc import Iterable
from os.path import basename

from kvmtui.model.domain import State
from kvmtui.model.snapshot import Kind, Snapshot, SnapshotDisk
from kvmtui.plans import depth, rules
from kvmtui.plans.chain import leaving
from kvmtui.plans.chain.merging import Merged, adjacent, layers_of, no_room
from kvmtui.plans.delete import internal
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject

MERGES_WHILE_OFF = 10_000_000
"""Before, libvirt does not find the chain of a domain that is off; nor does it follow reverts."""

BRANCHES_SAFE = 12_000_000
"""Before, a merge beside a branch can crash the daemon, or spoils the branch (9.0)."""


def refuse(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    """Why libvirt's own delete of a snapshot is not to be used."""
    return rules.first(
        rules.steady(subject) if subject.domain.state is State.STOPPING else None,
        rules.no_block_job(subject),
        _external(subject, snapshot)
        if snapshot.kind is Kind.EXTERNAL
        else internal.refuse(subject, snapshot),
    )


def _external(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    forest = subject.forest
    children = forest.children(snapshot.name)
    if snapshot.unfinished:
        half_done = unfinished(subject, snapshot)
        mark = "libvirt takes it for the target of a delete that was interrupted"
        return half_done or Refusal("unfinished mark", mark)
    if len(children) > 1:
        return Refusal("children", "it has more than one child", "delete the other branch first")
    if children and forest.current == snapshot.name:
        reason = f"the domain runs on it and “{children[0].name}” hangs below"
        return Refusal("active", reason, "delete that one first")
    if snapshot.name not in forest.branch:
        remedy = "delete those below it first"
        return Refusal("branch", "it is not on the current branch", remedy) if children else None
    return rules.first(
        _volume(snapshot),
        _by_hand(subject, snapshot),
        _internal_parent(subject, snapshot),
        merging_allowed(subject),
        _branches(subject, snapshot),
        _forgotten(subject, snapshot),
        in_chain(subject, by_libvirt(subject, snapshot)),
        kept(subject, snapshot, by_libvirt(subject, snapshot)),
    )


def _forgotten(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    """Newer daemons believe the child's record, and stumble over a layer that none names."""
    for record, merged in zip(external(snapshot), by_libvirt(subject, snapshot), strict=True):
        disk = subject.config.disk(record.target)
        if disk is None or merged.top == record.overlay or adjacent(disk, merged):
            continue
        if not disk.complete:
            reason = (
                f"the records of {disk.target} differ, and its chain is not known while it is off"
            )
            return Refusal("chain unknown", reason, "start it paused first (o)")
        if adjacent(disk, Merged(disk.target, record.overlay, record.base)):
            reason = f"a layer of {disk.target} that no record names lies above it"
            return Refusal("forgotten", reason, "commit it first")
    return None


def unfinished(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    """An interrupted merge into it must be brought to its end first."""
    child = next(iter(subject.forest.children(snapshot.name)), None)
    if not snapshot.unfinished or child is None:
        return None
    reason = "an earlier delete below it was interrupted"
    return Refusal("unfinished", reason, f"delete “{child.name}” again first", by=child.name)


def _by_hand(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    """An old libvirt looks for the overlay of a disk of which it made none."""
    manual = next((r.target for r in snapshot.disks if r.mode == "manual"), "")
    if not manual or subject.libvirt >= MERGES_WHILE_OFF:
        return None
    return Refusal("manual", f"it left {manual} to be done by hand, which this libvirt trips over")


def _volume(snapshot: Snapshot) -> Refusal | None:
    """libvirt compares the path of what it merges with that of a volume, which it forgot to ask."""
    record = next((record for record in external(snapshot) if record.volume), None)
    if record is None:
        return None
    return Refusal("volume", f"{record.target} was a volume of a storage pool")


def merging_allowed(subject: Subject) -> Refusal | None:
    """What stands against any merge, by libvirt's delete or by a commit."""
    return rules.first(
        rules.asleep(subject, "nothing can be merged"),
        rules.shut(subject, "nothing can be merged"),
        rules.no_saved_ram(subject, "the merge would use it up"),
        depth.refuse(subject) if subject.domain.state is State.OFF else None,
    )


def _internal_parent(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    for record in external(snapshot):
        parent = subject.forest.preserving(snapshot, record.target)
        if parent is not None and parent.kind is not Kind.EXTERNAL:
            return Refusal("internal parent", f"its parent “{parent.name}” is internal")
    return None


def _branches(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    beside = branching_off(subject, snapshot)
    if beside is None or subject.libvirt >= BRANCHES_SAFE:
        return _not_followed(subject, snapshot)
    fate = "would spoil it" if subject.libvirt < MERGES_WHILE_OFF else "can crash on that"
    reason = f"“{beside.name}” branches off below it, and this libvirt {fate}"
    return Refusal("crash", reason, f"delete “{beside.name}” first")


def _not_followed(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    """Newer ones rebase only those images on another branch that a record there names."""
    forest = subject.forest
    below = [s for s in forest.descendants(snapshot.name) if s.name not in forest.branch]
    for other in (s for s in below if s.parent in forest.branch):
        for merged in by_libvirt(subject, snapshot):
            record = other.disk(merged.disk)
            if record is None or not record.base:
                continue
            remedy = f"delete “{other.name}” first"
            if record.below is None:
                reason = f"what “{other.name}” on another branch stands on is not known"
                return Refusal("branch unknown", reason, remedy)
            chain = (record.base, *record.below)
            if merged.top in record.below and not _is_named(
                subject, chain[chain.index(merged.top) - 1]
            ):
                reason = f"a layer that no record names lies between it and “{other.name}”"
                return Refusal("branch forgotten", reason, remedy)
    return None


def _is_named(subject: Subject, layer: str) -> bool:
    """Whether QEMU moves the layer, as one of the present state, or libvirt, by its record."""
    return bool(subject.domain.holds(layer) or subject.forest.naming(layer))


def branching_off(subject: Subject, snapshot: Snapshot) -> Snapshot | None:
    """A snapshot below this one that the present state does not stand on."""
    below = subject.forest.descendants(snapshot.name)
    return next((s for s in below if s.name not in subject.forest.branch), None)


def external(snapshot: Snapshot) -> tuple[SnapshotDisk, ...]:
    """The disks for which it made an overlay."""
    return tuple(record for record in snapshot.disks if record.mode == "external")


def by_libvirt(subject: Subject, snapshot: Snapshot) -> tuple[Merged, ...]:
    """The layers that libvirt's delete of a snapshot on the current branch merges.

    From 10.0 on it believes the child's record, as the overlay may be another since a revert.
    """
    child = next(iter(subject.forest.children(snapshot.name)), None)
    found = []
    for record in external(snapshot):
        top = record.overlay
        now = subject.config.disk(record.target)
        if now is not None and subject.libvirt >= MERGES_WHILE_OFF:
            active = now.active.source if now.active else ""
            later = child.disk(record.target) if child else None
            top = (later.base if later else "") or (top if child else active)
        found.append(Merged(record.target, top, record.base))
    return tuple(found)


def in_chain(subject: Subject, merges: Iterable[Merged]) -> Refusal | None:
    """What is merged must be what the records say, hold nothing else and belong to nobody else."""
    for merged in merges:
        disk = subject.config.disk(merged.disk)
        if disk is None:
            return Refusal("detached", f"{merged.disk} is no longer attached")
        if disk.complete and not adjacent(disk, merged):
            reason = f"its record no longer fits the chain of {merged.disk}"
            return Refusal("stale", reason, "only its record can be forgotten")
        found = layers_of(subject, merged)
        refusal = rules.first(
            rules.all_present([disk]),
            _inside(subject, merged.top),
            rules.base_not_shared(subject, (merged.base, merged.top), merged.disk),
            leaving.renamed(subject, disk, (merged.base, merged.top)),
            no_room(disk, merged.base, found[1]) if found else None,
        )
        if refusal:
            return refusal
    return None


def kept(subject: Subject, snapshot: Snapshot, merges: Iterable[Merged]) -> Refusal | None:
    """No other snapshot must go back to a base that changes: two records can tell of one state.

    Nor to images that have left the chain and stand on what is merged.
    """
    for merged in merges:
        others = (s.name for s in subject.forest.kept_by(merged.base) if s.name != snapshot.name)
        other = next(others, "")
        if other:
            reason = f"{merged.base} also keeps “{other}”"
            return Refusal("in use", reason, "only its record can be forgotten")
        files = (merged.top, merged.base)
        apart = leaving.standing(subject, merged.disk, files, [snapshot.name])
        apart = apart or _elsewhere(subject, snapshot, merged)
        if apart:
            return apart
    return None


def _elsewhere(subject: Subject, snapshot: Snapshot, merged: Merged) -> Refusal | None:
    """A snapshot of another branch that shares layers with this one, though it is not below it.

    So it is where the branches part at one that left the disk out: a revert to that has left the
    disk where it was.
    """
    forest = subject.forest
    below = {s.name for s in forest.descendants(snapshot.name)}
    for other in forest.snapshots:
        record = other.disk(merged.disk)
        if record is None or other.name in {*forest.branch, snapshot.name}:
            continue
        own = (record.base,) if record.mode == "external" else ()
        images = (*own, *(record.below or ())) if record.mode in ("external", "internal") else ()
        if other.name not in below and leaving.unknown(subject, record):
            reason = f"what “{other.name}” on another branch stands on is not known"
            return Refusal("branch unknown", reason, f"delete “{other.name}” first", by=other.name)
        follows = merged.top in images and other.name in below
        if {merged.top, merged.base} & {*images} and not follows:
            reason = f"“{other.name}” on another branch stands on a layer that would change"
            return Refusal("apart", reason, f"delete “{other.name}” first", by=other.name)
    return None


def _inside(subject: Subject, overlay: str) -> Refusal | None:
    """The overlay is removed by the merge, and internal snapshots inside it with it."""
    held = [s.name for s in subject.forest.naming(overlay) if s.kind is Kind.INTERNAL]
    found = subject.domain.holds(overlay)
    held += [image.name for image in (found[1].snapshots or ())] if found else []
    if held:
        reason = f"internal “{held[0]}” lives in {basename(overlay)}, which would be removed"
        return Refusal("internal inside", reason, "delete it first", by=held[0])
    return None
