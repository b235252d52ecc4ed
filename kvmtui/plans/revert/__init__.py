"""Going back to a snapshot, with a snapshot of the present state first."""

from __future__ import annotations

from os.path import basename

from kvmtui.model import inside
from kvmtui.model.definition import differences
from kvmtui.model.snapshot import Kind, Memory, Snapshot
from kvmtui.model.value import replace
from kvmtui.model.words import moment, size
from kvmtui.plans import create, guest, names, orphans, standing
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.revert import overlays
from kvmtui.plans.revert.refusals import refuse, restores_ram, rewritten
from kvmtui.plans.steps import (
    After,
    Power,
    RemoveManagedSave,
    RestoreRam,
    RevertSnapshot,
    Step,
    Verb,
)
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Create, Revert

SAFETY = "before-revert"
"""How the name of a snapshot of the state before a revert begins."""

_ABOUT = "before "
"""And how its description begins."""

UNSURE = "the domain stands on the very image: if it ran since, the state has changed"
"""Somebody else went back to an image that a snapshot keeps, and no note tells of its content."""


def plan(subject: Subject, wish: Revert) -> Plan | Refusal:
    """The present state first, when that is wished, then back."""
    refusal = refuse(subject, wish)
    snapshot = subject.forest.get(wish.snapshot)
    if refusal or snapshot is None:
        return refusal or Refusal("gone", "the snapshot is gone")
    safety = _safety(subject, snapshot, wish) if wish.safety else ()
    if isinstance(safety, Refusal):
        return safety
    saved = (RemoveManagedSave(subject.name),) if subject.config.managed_save else ()
    external = snapshot.kind is Kind.EXTERNAL
    native = (RevertSnapshot(subject.name, snapshot.name, wish.after),)
    return Plan(
        ref=subject.ref,
        title=f"Revert {subject.name} to “{snapshot.name}”",
        verb="Revert",
        steps=(*saved, *safety, *(_by_overlays(subject, snapshot, wish) if external else native)),
        afterwards=guest.set_time(subject) if _wakes(subject, snapshot, wish) else (),
        danger=Danger.LOSS,
        losses=_losses(subject, snapshot, wish),
        detours=overlays.detours(subject, snapshot) if external else (),
        effects=_effects(subject, snapshot, wish),
        warnings=_warnings(subject, snapshot),
    )


def new_files(subject: Subject, wish: Revert) -> tuple[str, ...]:
    """The overlays that it would make on the images of then."""
    snapshot = subject.forest.get(wish.snapshot)
    made = overlays.targets(subject, snapshot, wish.moment) if snapshot is not None else ()
    return tuple(target.file for target in made)


def last_safety(subject: Subject) -> Snapshot | None:
    """The snapshot that the last revert took of the state before it, while it is there."""
    taken = [s for s in subject.forest.snapshots if is_safety(s)]
    return max(taken, key=lambda snapshot: snapshot.created, default=None)


def is_safety(snapshot: Snapshot) -> bool:
    """Whether a revert has taken it of the state before."""
    return snapshot.name.startswith(SAFETY) and snapshot.description.startswith(_ABOUT)


def how_to_keep(snapshot: Snapshot, *, ram: bool) -> str:
    """The kind of the safety snapshot, as ``Create.how``: the kind that is gone back to."""
    if snapshot.kind is not Kind.EXTERNAL:
        return "internal"
    return "ram" if ram else "external"


def _safety(subject: Subject, snapshot: Snapshot, wish: Revert) -> tuple[Step, ...] | Refusal:
    """A snapshot of the present state.

    A disk that stays as it is needs none, except under RAM, which fits only what it ran on.
    """
    how = how_to_keep(snapshot, ram=wish.safety_ram)
    blind = wish.moment and names.blind_disk(subject, how)
    name = names.snapshot_name(subject, f"{SAFETY}-{wish.moment}" if blind else SAFETY)
    stays = overlays.staying(subject, snapshot) if how == "external" else ()
    disks = tuple(d.target for d in subject.config.writable if d.target not in stays)
    asked = Create(subject.ref, name, f"{_ABOUT}“{wish.snapshot}”", how, disks)
    made = create.plan(_without_saved_ram(subject), asked)
    made = (_hides(subject, snapshot) if how == "internal" else None) or made
    if isinstance(made, Refusal):
        reason = f"no snapshot of the present state: {made.reason}"
        return Refusal(f"safety: {made.rule}", reason, "keep it another way, or not")
    return made.steps


def _hides(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    """Whether the snapshot of the present state gets the number that this one has for a name."""
    for record in snapshot.disks:
        found = subject.domain.holds(record.base)
        if found is not None and inside.next_number(found[1]) == snapshot.name:
            reason = f"QEMU would take “{snapshot.name}” for its number and come back to it"
            return Refusal("number", reason)
    return None


def _without_saved_ram(subject: Subject) -> Subject:
    """The plan removes it before anything else."""
    return replace(subject, config=replace(subject.config, managed_save=False))


def _by_overlays(subject: Subject, snapshot: Snapshot, wish: Revert) -> tuple[Step, ...]:
    off = (Power(subject.name, Verb.FORCE_OFF),) if subject.domain.state.active else ()
    restart = overlays.restart(subject, snapshot, wish.moment)
    after = state_after(subject, snapshot, wish)
    if restores_ram(snapshot, wish):
        files = overlays.targets(subject, snapshot, wish.moment)
        paused = after is After.PAUSED
        ram = RestoreRam(subject.name, snapshot.name, snapshot.memory_file, files, paused)
        return (*off, *restart, ram)
    verb = {After.RUNNING: Verb.START, After.PAUSED: Verb.START_PAUSED}.get(after)
    return (*off, *restart, *((Power(subject.name, verb),) if verb else ()))


def state_after(subject: Subject, snapshot: Snapshot, wish: Revert) -> After:
    """The state that the domain will be in; one without RAM keeps running if it runs now."""
    if wish.after is not After.RECORDED:
        return wish.after
    has_ram = _has_ram(snapshot, wish)
    if snapshot.state == "shutoff" or (not has_ram and not subject.domain.state.active):
        return After.OFF
    return After.PAUSED if snapshot.state == "paused" and has_ram else After.RUNNING


def _has_ram(snapshot: Snapshot, wish: Revert) -> bool:
    """Whether the guest's programs go on as they were then."""
    return snapshot.memory is Memory.INTERNAL or restores_ram(snapshot, wish)


def _wakes(subject: Subject, snapshot: Snapshot, wish: Revert) -> bool:
    """Whether RAM of then runs on, with the time of then."""
    return _has_ram(snapshot, wish) and state_after(subject, snapshot, wish) is After.RUNNING


def _losses(subject: Subject, snapshot: Snapshot, wish: Revert) -> tuple[str, ...]:
    told = []
    if not wish.safety:
        written = size(_written(subject, snapshot))
        amount = f", {written}" if written else ""
        told.append(
            f"all that was written to the disks since “{snapshot.name}”"
            f" ({moment(snapshot.created)}{amount})"
        )
    ram_kept = wish.safety and how_to_keep(snapshot, ram=wish.safety_ram) != "external"
    if subject.domain.state.active and not ram_kept:
        cut = "" if _has_ram(snapshot, wish) else ": for its programs it is a power cut"
        told.append(f"the RAM of the running guest{cut}")
    if subject.config.managed_save:
        told.append("the saved RAM image that waits for the next start")
    attached = {disk.active.source for disk in subject.config.writable if disk.active}
    told += [
        f"all that was written to {basename(image)} since: it is no disk now, and nothing keeps it"
        for image in rewritten(snapshot)
        if image not in attached
    ]
    told += [
        f"the way back to “{other.name}”, if it stands on {basename(image)}: that is not known"
        for image in rewritten(snapshot)
        for other in standing.perhaps_on(subject, snapshot, image)
    ]
    return tuple(told)


def _written(subject: Subject, snapshot: Snapshot) -> int | None:
    """Bytes in the layers above those that the snapshot preserves; None when not known."""
    found: list[int] = []
    for record in snapshot.disks:
        disk = subject.config.disk(record.target)
        position = disk.position(record.base) if disk else None
        if disk is not None and record.mode == "external" and position is not None:
            found += [layer.used for layer in disk.layers[:position] if layer.used is not None]
    return sum(found) if found else None


def _effects(subject: Subject, snapshot: Snapshot, wish: Revert) -> tuple[str, ...]:
    after = f"afterwards the domain is {state_after(subject, snapshot, wish).value}"
    return (after, *_definition(subject, snapshot))


def _definition(subject: Subject, snapshot: Snapshot) -> tuple[str, ...]:
    """What goes back besides the content of the disks."""
    if snapshot.definition is None:
        return ("the definition (CPUs, disks, networks) goes back too",)
    changed = differences(snapshot.definition, subject.config.definition)
    return tuple(f"the definition goes back: {what}" for what in changed)


def _warnings(subject: Subject, snapshot: Snapshot) -> tuple[str, ...]:
    told = []
    if snapshot.state == "disk-snapshot":
        told.append("it was taken from a running guest without RAM: file systems need a check")
    later = [d.target for d in subject.config.disks if snapshot.disk(d.target) is None]
    if later and snapshot.definition is None:
        told.append(f"{', '.join(later)} was attached later and is detached")
    active = {d.active.source for d in subject.config.disks if d.active}
    if any(d.mode == "external" and d.base in active for d in snapshot.disks):
        told.append(UNSURE)
    told += orphans.spoilt(subject, rewritten(snapshot))
    told += standing.others_unseen(subject) if rewritten(snapshot) else ()
    stays = overlays.staying(subject, snapshot)
    if stays:
        told.append(f"{', '.join(stays)} was not part of it and stays as it is now")
    return tuple(told)
