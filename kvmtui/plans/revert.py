"""Going back to a snapshot, with a snapshot of the present state first."""

from __future__ import annotations

import time
from dataclasses import replace

from kvmtui.model.snapshot import Kind, Memory, Snapshot
from kvmtui.plans import create, names
from kvmtui.plans.overlays import restart
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.revert_rules import LEFT_OUT, refuse, restores_ram
from kvmtui.plans.steps import After, Power, RemoveManagedSave, RevertSnapshot, Step, Verb
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Create, Revert


def plan(subject: Subject, wish: Revert) -> Plan | Refusal:
    """The present state first (when wished or when libvirt needs it), then back."""
    refusal = refuse(subject, wish)
    snapshot = subject.forest.get(wish.snapshot)
    if refusal or snapshot is None:
        return refusal or Refusal("gone", "the snapshot is gone")
    native = snapshot.kind is not Kind.EXTERNAL or restores_ram(snapshot, wish)
    forced = native and snapshot.kind is Kind.EXTERNAL
    safety = _safety(subject, snapshot, wish, native=native) if wish.safety or forced else ()
    if isinstance(safety, Refusal):
        return safety
    saved = (RemoveManagedSave(subject.name),) if subject.config.managed_save else ()
    native_step = RevertSnapshot(subject.name, snapshot.name, wish.after)
    back: tuple[Step, ...] = (native_step,) if native else _by_overlays(subject, snapshot, wish)
    return Plan(
        ref=subject.ref,
        title=f"Revert {subject.name} to “{snapshot.name}”",
        verb="Revert",
        steps=(*saved, *safety, *back),
        danger=Danger.LOSS,
        losses=_losses(subject, snapshot, kept=bool(safety)),
        effects=_effects(subject, snapshot, wish, native=native),
        warnings=_warnings(subject, snapshot),
    )


def _safety(
    subject: Subject, snapshot: Snapshot, wish: Revert, *, native: bool
) -> tuple[Step, ...] | Refusal:
    """A snapshot of the present state, of the same kind as the one to go back to.

    A disk that goes on in its file (``native`` reverts leave none alone) must not be frozen.
    """
    how = "external" if snapshot.kind is Kind.EXTERNAL else "internal"
    name = names.snapshot_name(subject, "before-revert")
    kept = tuple(record.target for record in snapshot.disks if record.mode not in LEFT_OUT)
    disks = None if native else kept
    asked = Create(subject.ref, name, f"before “{wish.snapshot}”", how, disks)
    made = create.plan(_without_saved_ram(subject), asked)
    if isinstance(made, Refusal):
        return Refusal(f"safety: {made.rule}", f"no snapshot of the present state: {made.reason}")
    return made.steps


def _without_saved_ram(subject: Subject) -> Subject:
    """The plan removes it before anything else."""
    return replace(subject, config=replace(subject.config, managed_save=False))


def _by_overlays(subject: Subject, snapshot: Snapshot, wish: Revert) -> tuple[Step, ...]:
    steps: list[Step] = []
    if subject.domain.state.active:
        steps.append(Power(subject.name, Verb.FORCE_OFF))
    steps += restart(subject, snapshot)
    verb = {After.RUNNING: Verb.START, After.PAUSED: Verb.START_PAUSED}.get(
        state_after(subject, snapshot, wish)
    )
    return (*steps, Power(subject.name, verb)) if verb else tuple(steps)


def state_after(subject: Subject, snapshot: Snapshot, wish: Revert) -> After:
    """The state that the domain will be in; one without RAM keeps running if it runs now."""
    if wish.after is not After.RECORDED:
        return wish.after
    has_ram = snapshot.memory is Memory.INTERNAL or restores_ram(snapshot, wish)
    if snapshot.state == "shutoff" or (not has_ram and not subject.domain.state.active):
        return After.OFF
    return After.PAUSED if snapshot.state == "paused" and has_ram else After.RUNNING


def _losses(subject: Subject, snapshot: Snapshot, *, kept: bool) -> tuple[str, ...]:
    told = []
    if not kept:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(snapshot.created))
        told.append(f"all that was written to the disks since “{snapshot.name}” ({when})")
    if subject.domain.state.active:
        told.append("the RAM of the running guest: for its programs it is a power cut")
    if subject.config.managed_save:
        told.append("the saved RAM image that waits for the next start")
    return tuple(told)


def _effects(
    subject: Subject, snapshot: Snapshot, wish: Revert, *, native: bool
) -> tuple[str, ...]:
    told = [f"afterwards the domain is {state_after(subject, snapshot, wish).value}"]
    if not native:
        told.append("no file of any other snapshot is touched: the guest goes on in new overlays")
    told.append("the definition (CPUs, disks, networks) goes back too")
    return tuple(told)


def _warnings(subject: Subject, snapshot: Snapshot) -> tuple[str, ...]:
    told = []
    if snapshot.state == "disk-snapshot":
        told.append("it was taken from a running guest without RAM: file systems need a check")
    later = [d.target for d in subject.config.disks if snapshot.disk(d.target) is None]
    if later:
        told.append(f"{', '.join(later)} was attached later and is detached")
    active = {d.active.source for d in subject.config.disks if d.active}
    if any(d.mode == "external" and d.base in active for d in snapshot.disks):
        told.append("the domain stands on the very image: if it ran since, the state has changed")
    left = [
        d.target for d in snapshot.disks if d.mode in LEFT_OUT and d.device == "disk" and d.base
    ]
    if left:
        told.append(f"{', '.join(left)} was not part of it and stays as it is now")
    return tuple(told)
