"""Taking a snapshot: disks only, with RAM, or inside the images."""

from __future__ import annotations

import os
from collections.abc import Sequence

from kvmtui.model import inside
from kvmtui.model.disk import Disk, Layer
from kvmtui.plans import names, places, room, rules
from kvmtui.plans.create import refusals, reuse, telling
from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.steps import CreateSnapshot, Target
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Create


def chosen(subject: Subject, wish: Create) -> tuple[Disk, ...]:
    """The writable disks that the wish includes."""
    if wish.disks is None:
        return refusals.proposed(subject, wish.how)
    return tuple(disk for disk in subject.config.writable if disk.target in wish.disks)


def plan(subject: Subject, wish: Create) -> Plan | Refusal:
    """The snapshot as one libvirt call."""
    disks = chosen(subject, wish)
    refusal = rules.first(
        rules.name_fits(subject, wish.name),
        _name_inside(subject, wish.name) if wish.how == "internal" else None,
        rules.text_fits(wish.description),
        refusals.unknown(subject, wish),
        refusals.refuse(subject, wish.how, disks),
        refusals.can_quiesce(subject, wish.how) if wish.quiesce else None,
        refusals.can_live(subject, wish.how) if wish.live else None,
        refusals.can_reuse(wish.how) if wish.reuse else None,
    )
    if refusal:
        return refusal
    step = _step(subject, wish, disks)
    refusal = rules.first(
        _all_have_places(step),
        places.refuse(subject, _new(wish), step),
        reuse.refuse(subject, step, disks) if wish.reuse else None,
        room.refuse(subject, step, disks),
    )
    if refusal:
        return refusal
    return Plan(
        ref=subject.ref,
        title=f"Take a snapshot of {subject.name}",
        verb="Take",
        steps=(step,),
        danger=telling.danger(subject, step),
        losses=telling.losses(step),
        effects=telling.effects(subject, step),
        warnings=telling.warnings(subject, step, disks),
    )


def _name_inside(subject: Subject, name: str) -> Refusal | None:
    """libvirt gives a name twice when only an image still knows it; the older one is lost then."""
    if name in names.inside(subject):
        return Refusal("name inside", f"an image still holds a snapshot “{name}”")
    return rules.first(
        *(_number(disk.active, name) for disk in subject.config.writable if disk.active),
        rules.can_be_said(subject, name) if subject.domain.state.active else None,
    )


def _number(layer: Layer, name: str) -> Refusal | None:
    """A revert to it would go back to another one."""
    other = inside.mistaken(layer, name)
    if other is None:
        return None
    image = os.path.basename(layer.source)
    reason = f"QEMU takes “{name}” for the number of “{other}” in {image}"
    return Refusal("number", reason, "choose another name")


def _step(subject: Subject, wish: Create, disks: Sequence[Disk]) -> CreateSnapshot:
    if wish.how == "internal":
        modes = tuple(Target(disk.target, "internal") for disk in disks)
        return CreateSnapshot(subject.name, wish.name, wish.description, modes)
    included = {disk.target for disk in disks}
    files = [(target, path) for target, path in wish.files if target in included]
    targets = names.overlays(subject, disks, wish.name, files)
    rest = (disk for disk in subject.config.disks if disk.target not in included)
    memory = ""
    if wish.how == "ram":
        beside, taken = os.path.dirname(targets[0].file), [target.file for target in targets]
        memory = wish.memory_file or names.memory_file(subject, beside, wish.name, taken)
    return CreateSnapshot(
        subject.name,
        wish.name,
        wish.description,
        (*targets, *(Target(disk.target, "no") for disk in rest)),
        disk_only=not memory,
        memory_file=memory,
        quiesce=wish.quiesce,
        live=wish.live,
        reuse=wish.reuse,
    )


def _new(wish: Create) -> tuple[str, ...]:
    """The named places at which nothing may be yet."""
    return tuple(path for path in wish.paths if not wish.reuse or path == wish.memory_file)


def _all_have_places(step: CreateSnapshot) -> Refusal | None:
    """libvirt makes up names only beside regular files."""
    lost = next((t.disk for t in step.targets if t.mode == "external" and not t.file), None)
    if lost is None:
        return None
    return Refusal(
        "not a file", f"{lost} is no file: its overlay needs a place", "choose the files"
    )
