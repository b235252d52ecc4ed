"""Taking a snapshot: disks only, with RAM, or inside the images."""

from __future__ import annotations

import os
from collections.abc import Sequence

from kvmtui.model.disk import Disk
from kvmtui.model.domain import State
from kvmtui.model.guest import Answer, Channel
from kvmtui.model.snapshot import Kind
from kvmtui.plans import names, rules
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.steps import CreateSnapshot, Target
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Create

UEFI_OFF = 9_003_000
"""From here on libvirt takes internal snapshots of UEFI domains that are off."""

UEFI_RUNNING = 10_009_000
"""From here on libvirt takes internal snapshots of running UEFI domains with qcow2 NVRAM."""


def chosen(subject: Subject, wish: Create) -> tuple[Disk, ...]:
    """The writable disks that the wish includes."""
    return tuple(
        disk for disk in subject.config.writable if wish.disks is None or disk.target in wish.disks
    )


def can_quiesce(subject: Subject, how: str = "external") -> Refusal | None:
    """Why the file systems cannot be frozen for the snapshot."""
    guest, state = subject.domain.guest, subject.domain.state
    if how != "external":
        return Refusal("quiesce kind", "only disk-only snapshots can be quiesced")
    if state is not State.RUNNING:
        return Refusal("quiesce state", f"the domain is {state.value}: nobody could freeze it")
    if subject.config.channel is Channel.NONE:
        return Refusal("quiesce channel", "no guest agent channel is configured")
    if guest is None or guest.answer is not Answer.ANSWERING:
        return Refusal("quiesce silent", "the guest agent does not answer")
    if guest.frozen:
        return Refusal("quiesce frozen", "the file systems are frozen already")
    return None


def refuse(subject: Subject, how: str, disks: Sequence[Disk] | None = None) -> Refusal | None:
    """Why a snapshot of this kind cannot be taken; by default one of all writable disks."""
    disks = subject.config.writable if disks is None else disks
    return rules.first(
        rules.steady(subject),
        rules.no_block_job(subject),
        rules.all_present(disks),
        _internal(subject, disks) if how == "internal" else _external(subject, disks, how),
    )


def _external(subject: Subject, disks: Sequence[Disk], how: str) -> Refusal | None:
    if not subject.host.facts.has_block_jobs:
        return Refusal("test driver", "libvirt's test driver has no external snapshots")
    if not disks:
        return Refusal("no disk", "no writable disk is chosen")
    for disk in disks:
        if disk.active is not None and disk.active.kind != "file":
            return Refusal("not a file", f"{disk.target} is no file: its overlay has no place")
    if how == "ram" and not subject.domain.state.active:
        return Refusal("no RAM", "the domain is off: there is no RAM to save")
    if how == "ram" and subject.config.passthrough:
        return Refusal("passthrough", "a passed-through device: its RAM cannot be saved")
    return rules.first(
        rules.no_saved_ram(subject, "it would go on in the frozen image"),
        _depth(subject, disks),
    )


def _depth(subject: Subject, disks: Sequence[Disk]) -> Refusal | None:
    depth = max(len(disk.layers) for disk in disks)
    nests = subject.libvirt in rules.NESTING
    if nests and depth >= rules.DEPTH_REFUSED:
        reason = f"with {depth} layers this libvirt may not start the domain again"
        return Refusal("nesting", reason, "commit some layers first")
    if depth >= rules.DEPTH_LIMIT:
        return Refusal("depth", f"the chain has {depth} layers", "commit some layers first")
    return None


def _internal(subject: Subject, disks: Sequence[Disk]) -> Refusal | None:
    running = subject.domain.state.active
    left_out = [d.target for d in subject.config.writable if d not in disks]
    if left_out:
        return Refusal("left out", f"internal snapshots take every disk, also {left_out[0]}")
    for disk in disks:
        kind = disk.active.format if disk.active else ""
        if subject.host.facts.has_block_jobs and kind != "qcow2":
            return Refusal("not qcow2", f"{disk.target} is {kind or 'of unknown format'}")
    if not disks:
        return Refusal("no disk", "no writable disk is chosen")
    if running and subject.config.passthrough:
        return Refusal("passthrough", "a passed-through device: its RAM cannot be saved")
    return _uefi(subject, running)


def _uefi(subject: Subject, running: bool) -> Refusal | None:
    nvram = subject.config.nvram
    if not nvram:
        return None
    if not running and subject.libvirt < UEFI_OFF:
        return Refusal("UEFI off", "this libvirt takes no internal snapshots of UEFI domains")
    if running and (subject.libvirt < UEFI_RUNNING or nvram != "qcow2"):
        return Refusal("UEFI running", f"UEFI with {nvram} NVRAM: no internal snapshot while on")
    return None


def plan(subject: Subject, wish: Create) -> Plan | Refusal:
    """The snapshot as one libvirt call."""
    disks = chosen(subject, wish)
    refusal = rules.first(
        rules.name_fits(subject, wish.name),
        _name_inside(subject, wish.name) if wish.how == "internal" else None,
        rules.text_fits(wish.description),
        refuse(subject, wish.how, disks),
        can_quiesce(subject, wish.how) if wish.quiesce else None,
    )
    if refusal:
        return refusal
    step = _step(subject, wish, disks)
    return Plan(
        ref=subject.ref,
        title=f"Take a snapshot of {subject.name}",
        verb="Take",
        steps=(step,),
        danger=Danger.NONE,
        effects=_effects(subject, step),
        warnings=_warnings(subject, wish, disks),
    )


def _name_inside(subject: Subject, name: str) -> Refusal | None:
    """libvirt gives a name twice when only an image still knows it; the older one is lost then."""
    if name in names.inside(subject):
        return Refusal("name inside", f"an image still holds a snapshot “{name}”")
    return rules.names_a_job(subject, name) if subject.domain.state.active else None


def _step(subject: Subject, wish: Create, disks: Sequence[Disk]) -> CreateSnapshot:
    if wish.how == "internal":
        modes = tuple(Target(disk.target, "internal") for disk in disks)
        return CreateSnapshot(subject.name, wish.name, wish.description, modes)
    targets = names.overlays(subject, disks, wish.name)
    included = {target.disk for target in targets}
    rest = (disk for disk in subject.config.disks if disk.target not in included)
    memory = ""
    if wish.how == "ram":
        memory = names.memory_file(subject, os.path.dirname(targets[0].file), wish.name)
    return CreateSnapshot(
        subject.name,
        wish.name,
        wish.description,
        (*targets, *(Target(disk.target, "no") for disk in rest)),
        disk_only=not memory,
        memory_file=memory,
        quiesce=wish.quiesce,
    )


def _effects(subject: Subject, step: CreateSnapshot) -> tuple[str, ...]:
    told = [f"new file {os.path.basename(target.file)}" for target in step.targets if target.file]
    running = subject.domain.state is State.RUNNING
    if step.memory_file:
        told.append(
            f"new file {os.path.basename(step.memory_file)}: the RAM; the guest waits for it"
        )
    elif not step.disk_only and running:
        told.append("the domain is paused while its RAM is written into the first disk")
    if step.disk_only and running and not step.quiesce:
        told.append("without quiesce: a revert gives what a power cut would have left")
    return tuple(told)


def _warnings(subject: Subject, wish: Create, disks: Sequence[Disk]) -> tuple[str, ...]:
    told = []
    depth = max((len(disk.layers) for disk in disks), default=0) + 1
    if wish.how != "internal" and depth > rules.DEPTH_WARNED:
        told.append(f"the chain will be {depth} layers deep: it slows the disk down")
    current = subject.forest.get(subject.forest.current)
    if current is not None and wish.how != "internal" and current.kind is Kind.INTERNAL:
        told.append(f"libvirt cannot delete it again while internal “{current.name}” is its parent")
    if current is not None and wish.how == "internal" and current.kind is Kind.EXTERNAL:
        told.append("mixing internal and external snapshots makes both harder to delete")
    left_out = [disk.target for disk in subject.config.writable if disk not in disks]
    if left_out:
        told.append(f"not included: {', '.join(left_out)}")
    if subject.config.nvram and wish.how != "internal":
        told.append("the UEFI variables (NVRAM) are not part of an external snapshot")
    return tuple(told)
