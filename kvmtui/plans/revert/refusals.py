"""Why a domain cannot go back to a snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from os.path import basename

from kvmtui.model import inside
from kvmtui.model.disk import Disk
from kvmtui.model.snapshot import Kind, Memory, Snapshot, SnapshotDisk
from kvmtui.model.value import replace
from kvmtui.plans import adopt, depth, mend, orphans, places, room, rules
from kvmtui.plans.plan import Refusal
from kvmtui.plans.revert import images, overlays, stale
from kvmtui.plans.steps import Redefine
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Revert


def restores_ram(snapshot: Snapshot, wish: Revert) -> bool:
    """Whether the revert brings back RAM from a file."""
    return snapshot.memory is Memory.EXTERNAL and wish.ram


def refuse(subject: Subject, wish: Revert) -> Refusal | None:
    """Why the domain cannot go back to that snapshot."""
    snapshot = subject.forest.get(wish.snapshot)
    if snapshot is None:
        return Refusal("gone", f"there is no snapshot “{wish.snapshot}” any more")
    if snapshot.description == adopt.PART:
        return Refusal("part", f"it was {adopt.PART}", "delete it", by=snapshot.name)
    external = snapshot.kind is Kind.EXTERNAL
    refusal = rules.first(
        rules.steady(subject),
        rules.no_block_job(subject),
        _external(subject, snapshot, wish) if external else _internal(subject, snapshot),
        None if wish.drop_saved else _saved_ram(subject),
    )
    if refusal is None or refusal.rule not in ("layer missing", "stale"):
        return refusal
    return replace(refusal, remedy=_remedy(subject, snapshot) or refusal.remedy)


def _saved_ram(subject: Subject) -> Refusal | None:
    """Forced past it, libvirt keeps it, and the next start wakes old RAM on other disks.

    It is there beside a domain that runs, too, when somebody has forced it before.
    """
    if not subject.config.managed_save:
        return None
    reason = "a saved RAM image waits for the next start, and would wake on other disks"
    return Refusal("saved RAM", reason, "it must go first, or wake first")


def _remedy(subject: Subject, snapshot: Snapshot) -> str:
    """What helps where a layer was merged while nobody looked."""
    refusal = mend.refuse(subject, snapshot)
    if refusal is None:
        return "d can correct its record"
    return refusal.remedy if refusal.rule == "in use" else ""


def _internal(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    """An internal revert rewrites its image, so nothing may stand on that image."""
    for record in snapshot.disks:
        if record.mode != "internal" or not record.base:
            continue
        forest = subject.forest
        on_top = next(iter((*forest.kept_by(record.base), *forest.standing_on(record.base))), None)
        if on_top is not None:
            reason = f"it would rewrite {record.base}, on which “{on_top.name}” stands"
            remedy = f"delete “{on_top.name}” first"
            return Refusal("stands on it", reason, remedy, by=on_top.name)
        now = subject.config.disk(record.target)
        if now is not None and _may_stand_on(now, record.base):
            reason = f"it would rewrite {record.base}, on which layers of {now.target} may stand"
            return Refusal("stands on it", reason, "commit them first")
        other = next((d for d in subject.config.disks if d.position(record.base)), None)
        if other is not None:
            reason = f"it would rewrite {record.base}, on which {other.target} stands"
            return Refusal("stands on it", reason, "commit its layers first")
        above = len(images.chain(subject, record)) - 1
        unable = _in_image(subject, snapshot, record) or depth.refuse(subject, above)
        if unable:
            return unable
    loads = snapshot.memory is Memory.INTERNAL
    return rules.first(
        rules.base_not_shared(subject, rewritten(snapshot)),
        orphans.stood_on(subject, rewritten(snapshot)),
        rules.names_a_job(subject, snapshot.name) if loads else None,
    )


def rewritten(snapshot: Snapshot) -> tuple[str, ...]:
    """The images whose content is another one after a revert to what they hold inside."""
    return tuple(r.base for r in snapshot.disks if r.mode == "internal" and r.base)


def _may_stand_on(disk: Disk, base: str) -> bool:
    """Whether the disk has layers above ``base``, as far as its chain is known."""
    if disk.active is None or disk.active.source == base:
        return False
    return disk.position(base) is not None or not disk.complete


def _in_image(subject: Subject, snapshot: Snapshot, record: SnapshotDisk) -> Refusal | None:
    """The image must be there and hold it, and QEMU must find it under its name."""
    if images.not_in_folder(subject, record.base):
        return Refusal("layer missing", f"{record.base} is missing")
    if record.target in inside.lost(subject.domain, snapshot):
        return Refusal("stale", f"{record.base} no longer holds “{snapshot.name}”")
    below = images.lost(subject, record)
    if below:
        return Refusal("layer missing", f"{below} below {record.base} is missing")
    found = subject.domain.holds(record.base)
    if found and inside.twice(found[1], snapshot.name):
        return rules.twice(record.base, snapshot.name)
    other = inside.mistaken(found[1], snapshot.name) if found else None
    if other is None:
        return None
    reason = f"QEMU takes “{snapshot.name}” for the number of “{other}” in {basename(record.base)}"
    return Refusal("number", reason, f"delete “{other}” first", by=other)


def _external(subject: Subject, snapshot: Snapshot, wish: Revert) -> Refusal | None:
    if not subject.host.facts.has_block_jobs:
        return Refusal("test driver", "libvirt's test driver cannot revert external snapshots")
    if not subject.config.persistent:
        return Refusal("transient", "the domain is transient: it would vanish when it stops")
    kept = [record for record in snapshot.disks if record.mode == "external"]
    if not kept:
        return Refusal("nothing", "it holds no disk to go back to")
    left_out = [r for r in snapshot.disks if r.mode in overlays.LEFT_OUT]
    return rules.first(
        *(_base(subject, snapshot, record) for record in kept),
        *(_left_out(subject, record) for record in left_out),
        *(images.startable(subject, record) for record in kept),
        room.for_overlays(subject, overlays.targets(subject, snapshot)),
        *(_unmarks(subject, step) for step in overlays.corrections(subject, snapshot)),
        _commas(subject, snapshot),
        refuse_ram(subject, snapshot) if restores_ram(snapshot, wish) else None,
    )


def _unmarks(subject: Subject, step: Redefine) -> Refusal | None:
    """Another overlay in a record whose own was half overwritten hides whose state that spoilt."""
    forest = subject.forest
    for target, _ in step.overlays:
        for spoilt in (s for s in forest.snapshots if target in forest.half_merged(s)):
            below = forest.preserving(spoilt, target)
            if below is not None and below.name == step.snapshot:
                reason = f"a delete of “{spoilt.name}” was interrupted"
                remedy = f"delete “{spoilt.name}” again first"
                return Refusal("unfinished", reason, remedy, by=spoilt.name)
    return None


def _commas(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    """The overlays are made while the domain is off, which does not help here."""
    refusal = places.commas(overlays.targets(subject, snapshot))
    return replace(refusal, remedy="") if refusal else None


def refuse_ram(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    """Why the RAM cannot be brought back; it fits only the disks that it was saved with."""
    if images.not_in_folder(subject, snapshot.memory_file):
        reason = f"{snapshot.memory_file} is missing"
        return Refusal("RAM missing", reason, "go back with the disks only")
    for record in snapshot.disks:
        now = subject.config.disk(record.target)
        written = now is None or now.writable
        if record.mode in overlays.LEFT_OUT and _is_disk(record) and written:
            reason = f"{record.target} was not part of it: the RAM does not fit it any more"
            return Refusal("RAM left out", reason, "go back with the disks only")
    return None


def _is_disk(record: SnapshotDisk) -> bool:
    return bool(record.base) and record.device in ("disk", "lun")


def _left_out(subject: Subject, record: SnapshotDisk) -> Refusal | None:
    """One that is attached now stays as it is; an older file must not be attached again."""
    now = subject.config.disk(record.target)
    if now is not None or not _is_disk(record):
        return None
    return rules.base_not_shared(subject, [record.base])


def _base(subject: Subject, snapshot: Snapshot, record: SnapshotDisk) -> Refusal | None:
    """The preserved image must exist and nobody may have written to it since."""
    if not overlays.folder(record):
        return Refusal("not a file", f"{record.target} was no file then: no place for its overlay")
    lost = images.lost(subject, record)
    if lost:
        return Refusal("layer missing", f"{lost} is missing")
    writers = tuple(_writers(subject, record.base))
    if writers:
        reason = f"{record.base} is being written to by {writers[0]}: the state is gone"
        return Refusal("stale", reason, "only its record can be forgotten")
    changed = stale.refuse(subject, snapshot, record)
    if changed:
        return changed
    if record.target in subject.forest.half_merged(snapshot):
        reason = f"a delete of it was interrupted: {basename(record.base)} is partly overwritten"
        return Refusal("half merged", reason, "delete it again, or forget its record")
    if record.target in snapshot.unlike:
        reason = f"the definition of that time attaches another {record.target} than was preserved"
        return Refusal("unlike", reason)
    return None


def _writers(subject: Subject, source: str) -> Iterator[str]:
    """Domains whose active layer it is; this one only while it runs: a revert can be repeated."""
    for domain in subject.host.domains:
        if domain.uuid == subject.domain.uuid and not domain.state.active:
            continue
        for disk in domain.config.disks if domain.config else ():
            if disk.active is not None and disk.active.source == source and not disk.readonly:
                yield domain.name
