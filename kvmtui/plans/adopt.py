"""Internal snapshots that only the images know: recorded in libvirt, or deleted from them."""

from __future__ import annotations

from os.path import basename

from kvmtui.model.disk import Disk
from kvmtui.model.domain import State
from kvmtui.model.inside import Unrecorded, mistaken, twice, unrecorded
from kvmtui.model.words import moment
from kvmtui.plans import rules
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.steps import AdoptSnapshot, DeleteSnapshot
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Adopt, Discard

PART = "recorded only to be deleted: a part of it is missing"
"""The description of one that is not in all images, should the delete not come after it."""


def find(subject: Subject, name: str) -> Unrecorded | None:
    """The snapshot of that name that only the images know."""
    return next((found for found in unrecorded(subject.domain) if found.name == name), None)


def refuse(subject: Subject, name: str) -> Refusal | None:
    """Why it cannot be recorded so that going back to it brings back the whole domain."""
    found = find(subject, name)
    if found is None:
        return _gone(name)
    return rules.first(
        _idle(subject, name),
        *(_held_once(disk, name) for disk in _holding(subject, found)),
        *(_by_its_name(disk, name) for disk in _holding(subject, found)),
        *(_part(disk, found) for disk in subject.config.writable),
        _variables(subject),
    )


def refuse_discard(subject: Subject, name: str) -> Refusal | None:
    """Why it cannot be deleted from the images; a part is deleted as well as the whole."""
    found = find(subject, name)
    if found is None:
        return _gone(name)
    holding = _holding(subject, found)
    return rules.first(
        _idle(subject, name),
        *(_held_once(disk, name) for disk in holding),
        rules.base_not_shared(subject, [disk.active.source for disk in holding if disk.active]),
    )


def _gone(name: str) -> Refusal:
    return Refusal("gone", f"no image holds an unrecorded “{name}” any more")


def _holding(subject: Subject, found: Unrecorded) -> tuple[Disk, ...]:
    return tuple(disk for disk in subject.config.writable if disk.target in found.disks)


def _idle(subject: Subject, name: str) -> Refusal | None:
    if subject.domain.state is not State.OFF:
        reason = f"{subject.name} is {subject.domain.state.value}: its images are in use"
        return Refusal("running", reason, "shut it down first (o)")
    return rules.name_fits(subject, name)


def _held_once(disk: Disk, name: str) -> Refusal | None:
    return rules.twice(_file(disk), name) if disk.active and twice(disk.active, name) else None


def _by_its_name(disk: Disk, name: str) -> Refusal | None:
    """QEMU must find this very snapshot under that name."""
    other = mistaken(disk.active, name) if disk.active else None
    if other is None:
        return None
    return Refusal("number", f"QEMU takes “{name}” for the number of “{other}” in {_file(disk)}")


def _part(disk: Disk, found: Unrecorded) -> Refusal | None:
    if disk.active is None or disk.active.format != "qcow2":
        return Refusal("not qcow2", f"{disk.target} is no qcow2 and cannot hold it")
    if disk.target not in found.disks:
        return Refusal("part", f"{disk.target} does not hold it: only a part would come back")
    return None


def _variables(subject: Subject) -> Refusal | None:
    """A variable store that can hold snapshots is gone back with, and cannot be looked into."""
    if subject.config.nvram != "qcow2":
        return None
    return Refusal("NVRAM", "whether the UEFI variables hold it too is not known")


def _file(disk: Disk) -> str:
    return basename(disk.active.source) if disk.active else disk.target


def _step(subject: Subject, found: Unrecorded, description: str = "") -> AdoptSnapshot:
    """libvirt wants every writable disk in such a record; a delete skips those that lack it."""
    writable = tuple(disk.target for disk in subject.config.writable)
    others = tuple(d.target for d in subject.config.disks if d.target not in writable)
    ram = bool(found.ram)
    created = found.created
    return AdoptSnapshot(subject.name, found.name, description, created, ram, writable, others)


def plan(subject: Subject, wish: Adopt) -> Plan | Refusal:
    """One call, which touches no image."""
    found = find(subject, wish.name)
    refusal = rules.first(refuse(subject, wish.name), rules.text_fits(wish.description))
    if refusal or found is None:
        return refusal or Refusal("gone", "it is gone")
    warnings = ("its RAM fits only the devices it was saved with",) if found.ram else ()
    return Plan(
        ref=subject.ref,
        title=f"Adopt “{found.name}” of {subject.name}",
        verb="Adopt",
        steps=(_step(subject, found, wish.description),),
        effects=(
            f"the state of {moment(found.created)}; no image is touched",
            "the present definition is recorded with it: that of then is not known",
        ),
        warnings=warnings,
    )


def discard(subject: Subject, wish: Discard) -> Plan | Refusal:
    """Recorded and deleted at once, so that libvirt does it where the images are."""
    found = find(subject, wish.name)
    refusal = refuse_discard(subject, wish.name)
    if refusal or found is None:
        return refusal or Refusal("gone", "it is gone")
    part = PART if any(_part(disk, found) for disk in subject.config.writable) else ""
    return Plan(
        ref=subject.ref,
        title=f"Delete “{found.name}” from the images of {subject.name}",
        verb="Delete",
        steps=(_step(subject, found, part), DeleteSnapshot(subject.name, found.name, inside=True)),
        undo=(DeleteSnapshot(subject.name, found.name, metadata_only=True),),
        danger=Danger.LOSS,
        losses=(f"the state “{found.name}” of {moment(found.created)}",),
        effects=(f"{', '.join(found.disks)} gets room inside",),
    )
