"""What is told of a snapshot before it is taken."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from kvmtui.model import inside
from kvmtui.model.disk import Disk
from kvmtui.model.domain import State
from kvmtui.model.place import There
from kvmtui.model.snapshot import Kind
from kvmtui.model.words import size
from kvmtui.plans import names, rules
from kvmtui.plans.create import reuse
from kvmtui.plans.plan import Danger
from kvmtui.plans.steps import CreateSnapshot
from kvmtui.plans.subject import Subject


def danger(subject: Subject, step: CreateSnapshot) -> Danger:
    """A snapshot only adds files, unless something lies where they go."""
    if losses(step):
        return Danger.WORST
    minded = (*_unseen(subject, step), *reuse.told(subject, step))
    return Danger.LOSS if minded else Danger.NONE


def losses(step: CreateSnapshot) -> tuple[str, ...]:
    """A block device becomes an overlay with all that is on it."""
    return tuple(f"everything on {target.file}" for target in step.targets if target.block)


def effects(subject: Subject, step: CreateSnapshot) -> tuple[str, ...]:
    """What appears, and what the guest notices."""
    made = (target.file for target in step.targets if target.file and not target.block)
    word = "goes on in the file" if step.reuse else "new file"
    told = [f"{word} {os.path.basename(file)}" for file in made]
    running = subject.domain.state is State.RUNNING
    if step.memory_file:
        told.append(_memory(subject, step))
    elif not step.disk_only and running:
        first, ram = step.targets[0].disk, size(subject.config.memory)
        told.append(f"the domain is paused while its RAM, up to {ram}, is written into {first}")
    if step.disk_only and running and not step.quiesce:
        told.append("without quiesce: a revert gives what a power cut would have left")
    return tuple(told)


def _memory(subject: Subject, step: CreateSnapshot) -> str:
    free = subject.free(os.path.dirname(step.memory_file))
    room = f", {size(free)} are free" if free is not None else ""
    waits = "the guest runs on until the end" if step.live else "the guest waits for it"
    file = os.path.basename(step.memory_file)
    return f"new file {file}: up to {size(subject.config.memory)} of RAM{room}; {waits}"


def warnings(subject: Subject, step: CreateSnapshot, disks: Sequence[Disk]) -> tuple[str, ...]:
    """What should be known before."""
    internal = any(target.mode == "internal" for target in step.targets)
    return tuple(_warnings(subject, step, disks, external=not internal))


def _warnings(
    subject: Subject, step: CreateSnapshot, disks: Sequence[Disk], *, external: bool
) -> Iterator[str]:
    depth = max((len(disk.layers) for disk in disks), default=0) + 1
    if external and depth > rules.DEPTH_WARNED:
        yield f"the chain will be {depth} layers deep: it slows the disk down"
    current = subject.forest.get(subject.forest.current)
    if current is not None and external and current.kind is Kind.INTERNAL:
        yield f"libvirt cannot delete it again while internal “{current.name}” is its parent"
    if current is not None and not external and current.kind is Kind.EXTERNAL:
        yield "mixing internal and external snapshots makes both harder to delete"
    hidden = (inside.hidden(disk.active) for disk in disks if disk.active and not external)
    for name in sorted({*filter(None, hidden)}):
        yield f"there is no way back to “{name}” while it is there: that will be its number"
    blind = "" if external else names.blind_disk(subject, "internal")
    if blind:
        told = f"whether {blind} holds a snapshot of that name already cannot be seen from here"
        yield f"{told}: the older one would be lost, or come back to"
    left_out = [disk.target for disk in subject.config.writable if disk not in disks]
    if left_out:
        yield f"not included: {', '.join(left_out)}"
    if subject.config.nvram and (external or subject.config.nvram != "qcow2"):
        yield "the UEFI variables (NVRAM) are not part of it"
    if subject.config.tpm and external:
        yield "the state of the TPM is not part of it"
    if external and subject.host.facts.external_revert:
        yield from _media(subject)
    if subject.config.managed_save and not subject.domain.state.active:
        yield "the saved RAM is not part of it: it holds what a power cut would have left"
    if not subject.config.persistent:
        yield "the domain is transient: libvirt forgets its snapshots when it stops; files stay"
    if step.live:
        yield "what the guest changes meanwhile is saved again: the file can outgrow the RAM"
    yield from reuse.told(subject, step)
    yield from _cramped(subject, step, disks)
    yield from _unseen(subject, step)


def _media(subject: Subject) -> Iterator[str]:
    """Ejecting one later does not help: what counts is the definition that is recorded now."""
    drives = (d for d in subject.config.disks if d.device in ("cdrom", "floppy"))
    full = [drive.target for drive in drives if drive.active and drive.active.source]
    if full:
        yield f"virsh's own revert to it would lay an overlay on the medium in {', '.join(full)}"


def _cramped(subject: Subject, step: CreateSnapshot, disks: Sequence[Disk]) -> Iterator[str]:
    """A device does not grow; a qcow2 of a full disk takes a little more than the disk."""
    sizes = {disk.target: disk.active.capacity for disk in disks if disk.active}
    for target in step.targets:
        place = subject.host.place(target.file) if target.block else None
        room, disk = place.size if place else None, sizes.get(target.disk)
        if room is not None and disk is not None and room <= disk:
            yield f"{target.file} holds {size(room)}: when it is full, the guest stops"


def _unseen(subject: Subject, step: CreateSnapshot) -> Iterator[str]:
    """Places that nobody can look at from here; libvirt never overwrites an overlay itself."""
    place = subject.host.place(step.memory_file)
    if place is not None and place.there is There.UNKNOWN:
        yield f"whether {place.path} exists cannot be seen from here: libvirt would overwrite it"
