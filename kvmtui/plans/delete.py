"""Deleting a snapshot: forgetting a state, or merging its overlay into its base."""

from __future__ import annotations

from dataclasses import replace
from os.path import basename

from kvmtui.model.disk import Disk
from kvmtui.model.domain import State
from kvmtui.model.snapshot import Kind, Memory, Snapshot
from kvmtui.plans import rules
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.steps import DeleteSnapshot, Power, Step, Verb
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Delete

MERGES_WHILE_OFF = 10_000_000
"""Before, libvirt does not find the chain of a domain that is off."""

BRANCHES_SAFE = 12_000_000
"""Before, a merge beside a branch can crash the daemon."""

DETACHED_SAFE = 11_000_000
"""Before, deleting an internal snapshot with a detached disk crashes the daemon."""

MEMORY_REMOVED = 9_001_000
"""Before, the RAM file of a deleted snapshot stays behind."""

RECORDS_IN_STEP = 10_000_000
"""Before, libvirt merges an overlay although layers that no record names lie above it."""

RECORDS_SAFE = 11_000_000
"""Before, forgetting a record rewrites the records below it."""


def refuse(subject: Subject, wish: Delete) -> Refusal | None:
    """Why the snapshot cannot be deleted so."""
    snapshot = subject.forest.get(wish.snapshot)
    if snapshot is None:
        return Refusal("gone", f"there is no snapshot “{wish.snapshot}” any more")
    if wish.metadata_only:
        return _record(subject, wish, snapshot)
    if subject.domain.state is State.STOPPING:
        return rules.steady(subject)
    below = tuple(subject.forest.descendants(snapshot.name)) if wish.children else ()
    return rules.first(
        rules.no_block_job(subject),
        _with_children(snapshot, below) if wish.children else None,
        *(_internal(subject, s) for s in (snapshot, *below) if s.kind is not Kind.EXTERNAL),
        _external(subject, snapshot) if snapshot.kind is Kind.EXTERNAL else None,
    )


def _record(subject: Subject, wish: Delete, snapshot: Snapshot) -> Refusal | None:
    below = subject.forest.children(snapshot.name)
    if below and not wish.children and subject.libvirt < RECORDS_SAFE:
        reason = f"this libvirt would spoil the records below it, “{below[0].name}” first"
        return Refusal("records below", reason, "forget them too, or delete it for real")
    return None


def _with_children(snapshot: Snapshot, below: tuple[Snapshot, ...]) -> Refusal | None:
    external = next((s for s in (snapshot, *below) if s.kind is Kind.EXTERNAL), None)
    if external is None:
        return None
    reason = f"“{external.name}” has files, and libvirt deletes those one by one"
    return Refusal("external children", reason, "delete from the last one up")


def _internal(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    for disk in snapshot.disks:
        now = subject.config.disk(disk.target)
        if disk.mode != "internal":
            continue
        if now is None or now.active is None:
            if subject.domain.state.active and subject.libvirt < DETACHED_SAFE:
                reason = f"{disk.target} is no longer attached, and this libvirt crashes on that"
                return Refusal("detached", reason, "shut the domain down first")
        elif disk.base and now.active.source != disk.base:
            reason = f"it lives in {disk.base}, which is not the active layer of {disk.target}"
            return Refusal("not active", reason, "commit the layers above it first")
    unable = rules.names_a_job(subject, snapshot.name) if subject.domain.state.active else None
    return replace(unable, remedy="shut the domain down first") if unable else None


def _external(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    forest = subject.forest
    children = forest.children(snapshot.name)
    parent = forest.get(snapshot.parent)
    on_branch = snapshot.name in forest.branch
    if snapshot.unfinished:
        return Refusal("unfinished", "an earlier delete below it was interrupted")
    if parent is not None and parent.kind is Kind.INTERNAL:
        return Refusal("internal parent", f"its parent “{parent.name}” is internal")
    if len(children) > 1:
        return Refusal("children", "it has more than one child", "delete the other branch first")
    if children and forest.current == snapshot.name:
        reason = f"the domain runs on it and “{children[0].name}” hangs below"
        return Refusal("active", reason, "delete that one first")
    if children and not on_branch:
        return Refusal("branch", "it is not on the current branch", "delete those below it first")
    if not on_branch:
        return _leaf_elsewhere(subject, snapshot)
    return rules.first(
        rules.no_saved_ram(subject, "the merge would use it up"),
        _branches(subject, snapshot),
        _in_chain(subject, snapshot),
    )


def _branches(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    for below in subject.forest.descendants(snapshot.name):
        if below.name not in subject.forest.branch and subject.libvirt < BRANCHES_SAFE:
            reason = f"“{below.name}” branches off below it, and this libvirt can crash on that"
            return Refusal("crash", reason, f"delete “{below.name}” first")
    return None


def _in_chain(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    """The recorded overlay must stand directly above the recorded base, or records are stale."""
    for disk in snapshot.disks:
        now = subject.config.disk(disk.target)
        if disk.mode != "external" or now is None:
            continue
        base, overlay = now.position(disk.base), now.position(disk.overlay)
        if now.complete and (base is None or overlay is None or base != overlay + 1):
            reason = f"its record no longer fits the chain of {disk.target}"
            return Refusal("stale", reason, "only its record can be forgotten")
        if subject.libvirt >= RECORDS_IN_STEP and disk.overlay != _next(subject, snapshot, now):
            reason = f"a layer of {disk.target} that no record names lies above it"
            return Refusal("forgotten", reason, "commit it first")
    return rules.first(
        _inside(subject, snapshot),
        rules.base_not_shared(subject, (*_changed(snapshot), *snapshot.overlays)),
    )


def _next(subject: Subject, snapshot: Snapshot, disk: Disk) -> str:
    """The layer that the next snapshot on the branch preserves; after the last the active one."""
    for child in subject.forest.children(snapshot.name):
        record = child.disk(disk.target)
        if record is not None and record.base:
            return record.base
    return disk.active.source if disk.active else ""


def _inside(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    """The overlay is removed by the merge, and internal snapshots inside it with it."""
    for overlay in snapshot.overlays:
        held = [s.name for s in subject.forest.naming(overlay) if s.kind is Kind.INTERNAL]
        found = subject.domain.holds(overlay)
        held += [image.name for image in (found[1].snapshots or ())] if found else []
        if held:
            reason = f"internal “{held[0]}” lives in {basename(overlay)}, which would be removed"
            return Refusal("internal inside", reason, "delete it first")
    return None


def _leaf_elsewhere(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    """libvirt unlinks the base of such a leaf, so nothing else may stand on it."""
    if subject.libvirt < MERGES_WHILE_OFF:
        reason = "it is not on the current branch, which this libvirt cannot delete"
        return Refusal("branch", reason, "only its record can be forgotten")
    for base in _changed(snapshot):
        others = [s.name for s in subject.forest.naming(base) if s.name != snapshot.name]
        if others:
            return Refusal("in use", f"{base} also keeps “{others[0]}”")
        if subject.domain.holds(base):
            return Refusal("in use", f"{base} is in use by the domain itself")
    return rules.base_not_shared(subject, _changed(snapshot))


def _changed(snapshot: Snapshot) -> tuple[str, ...]:
    return tuple(d.base for d in snapshot.disks if d.mode == "external" and d.base)


def plan(subject: Subject, wish: Delete) -> Plan | Refusal:
    """The deletion, with a paused start around it where an old libvirt needs one."""
    refusal = refuse(subject, wish)
    snapshot = subject.forest.get(wish.snapshot)
    if refusal or snapshot is None:
        return refusal or Refusal("gone", "the snapshot is gone")
    merges = not wish.metadata_only and _merges(subject, snapshot)
    step = DeleteSnapshot(subject.name, snapshot.name, wish.children, wish.metadata_only, merges)
    below = tuple(subject.forest.descendants(snapshot.name)) if wish.children else ()
    start, stop = _around(subject, snapshot, step)
    return Plan(
        ref=subject.ref,
        title=f"Delete “{snapshot.name}” of {subject.name}",
        verb="Forget" if wish.metadata_only else "Delete",
        steps=(*start, step, *stop),
        undo=stop,
        danger=Danger.WORST if below else Danger.LOSS,
        losses=tuple(f"the way back to “{s.name}”" for s in (snapshot, *below)),
        effects=_effects(subject, snapshot, step),
        warnings=_left_behind(subject, snapshot, step),
    )


def _merges(subject: Subject, snapshot: Snapshot) -> bool:
    return snapshot.kind is Kind.EXTERNAL and snapshot.name in subject.forest.branch


def _around(
    subject: Subject, snapshot: Snapshot, step: DeleteSnapshot
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """What comes before and after: an old libvirt knows the chain only while the domain is on."""
    off = subject.domain.state is State.OFF
    top = {disk.active.source for disk in subject.config.disks if disk.active}
    if (
        step.merges
        and off
        and not top.issuperset(snapshot.overlays)
        and (subject.libvirt < MERGES_WHILE_OFF)
    ):
        start = Power(subject.name, Verb.START_PAUSED)
        return (start,), (Power(subject.name, Verb.FORCE_OFF),)
    return (), ()


def _effects(subject: Subject, snapshot: Snapshot, step: DeleteSnapshot) -> tuple[str, ...]:
    if step.metadata_only:
        return ("files and images stay exactly as they are",)
    if not step.merges:
        gone = _changed(snapshot) if snapshot.kind is Kind.EXTERNAL else ()
        return tuple(f"{basename(path)} is removed" for path in gone) or (
            "the images get room inside",
        )
    told = []
    for disk in snapshot.disks:
        if disk.mode == "external":
            told.append(
                f"{basename(disk.overlay)} is merged into {basename(disk.base)} and removed"
            )
    if subject.domain.state is State.OFF:
        told.append("libvirt starts the domain paused for the merge and stops it again")
    told.append("what the guest wrote since stays; the merge cannot be cancelled once it runs")
    return tuple(told)


def _left_behind(subject: Subject, snapshot: Snapshot, step: DeleteSnapshot) -> tuple[str, ...]:
    """Files that nobody will need any more, and that libvirt leaves where they are."""
    told = []
    leaks = step.metadata_only or subject.libvirt < MEMORY_REMOVED
    if snapshot.memory is Memory.EXTERNAL and leaks:
        told.append(f"{basename(snapshot.memory_file)} stays behind")
    if not step.metadata_only and not step.merges:
        told += [f"{basename(overlay)} stays behind" for overlay in snapshot.overlays]
    return tuple(told)
