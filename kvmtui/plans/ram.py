"""Writing the RAM of a domain away when it stops, and waking it on the disks that it fits."""

from __future__ import annotations

from collections.abc import Iterable
from os.path import basename, dirname

from kvmtui.model.disk import Disk
from kvmtui.model.domain import State
from kvmtui.model.place import Place, There
from kvmtui.model.saved import SavedRam
from kvmtui.model.words import size
from kvmtui.plans import depth, guest, names, places, rules
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.standing import harmed
from kvmtui.plans.steps import (
    Commit,
    CreateSnapshot,
    DeleteSnapshot,
    ManagedSave,
    RevertSnapshot,
    SaveTo,
    StartFrom,
    StartOver,
    Step,
)
from kvmtui.plans.subject import Subject

OLD_RAM = "old RAM on disks that have changed since destroys their file systems"


SKEW = 60
"""Seconds by which the clocks of two machines may differ; within them nothing is certain."""


def refuse_save(subject: Subject) -> Refusal | None:
    """Why the RAM of a domain that is on cannot be written away."""
    if not subject.config.persistent:
        return Refusal("transient", "the domain is transient: it would be gone when it stops")
    if subject.config.unsaveable:
        return Refusal("device", f"{subject.config.unsaveable}: its RAM cannot be saved")
    return rules.first(
        rules.all_present(subject.config.writable),
        rules.no_block_job(subject),
        rules.shut(subject, "it is not saved again"),
    )


def refuse_fresh(subject: Subject) -> Refusal | None:
    """Why there is no saved RAM that a start could leave aside."""
    if subject.config.managed_save:
        return None
    return Refusal("no saved RAM", "no saved RAM waits for the next start")


def refuse_start(subject: Subject) -> Refusal | None:
    """Why the domain can be started from no file at all."""
    if not subject.config.managed_save:
        return None
    reason = "other saved RAM waits for the next start: it would wake on changed disks"
    return Refusal("saved RAM", reason, "start that one, or start fresh")


def managed(subject: Subject) -> Plan | Refusal:
    """The RAM into a file that libvirt keeps."""
    refusal = refuse_save(subject)
    if refusal:
        return refusal
    return Plan(
        ref=subject.ref,
        title=f"Save the RAM of {subject.name} and stop it",
        verb="Save",
        steps=(ManagedSave(subject.name),),
        effects=(
            "the next start goes on where the guest stops now",
            "libvirt keeps the RAM among its own files on the host",
        ),
        warnings=(*depth.warnings(subject), *_frozen(subject)),
    )


def save_to(subject: Subject, file: str) -> Plan | Refusal:
    """The RAM into a new file."""
    refusal = rules.first(
        refuse_save(subject), places.refuse_new(subject, file), _room(subject, file)
    )
    if refusal:
        return refusal
    known = subject.free(dirname(file)) is not None
    unknown = () if known else ("how much is free there is not known",)
    return Plan(
        ref=subject.ref,
        title=f"Save the RAM of {subject.name} to a file",
        verb="Save",
        steps=(SaveTo(subject.name, file),),
        effects=(
            f"new file {basename(file)}, at most {size(subject.config.memory)}",
            "only “start from a file” goes on from it; any other start makes it useless",
        ),
        warnings=(*depth.warnings(subject), *unknown, *_frozen(subject)),
    )


def _frozen(subject: Subject) -> tuple[str, ...]:
    if not guest.is_frozen(subject):
        return ()
    return ("its file systems are frozen, and will be when it goes on; t thaws them",)


def _room(subject: Subject, file: str) -> Refusal | None:
    free, needed = subject.free(dirname(file)), subject.config.memory
    if free is None or needed <= free:
        return None
    reason = f"the RAM takes up to {size(needed)}, and {size(free)} are free there"
    return Refusal("no space", reason, "make room, or choose another folder")


def start_from(subject: Subject, file: str) -> Plan | Refusal:
    """The domain goes on from the file, if its disks are those that the RAM knows."""
    place = subject.host.place(file)
    refusal = rules.first(refuse_start(subject), places.spelling(file), _is_there(place, file))
    saved = place.ram if place else None
    if refusal or saved is None:
        return refusal or Refusal("no RAM", f"{basename(file)} cannot be read")
    refusal = _fits(subject, saved, file)
    if refusal:
        return refusal
    losses, certain = harmed(subject), _is_certain(subject, saved)
    danger = Danger.LOSS if losses else Danger.NONE
    doubt = f"whether its disks were written to since cannot be seen from here: {OLD_RAM}"
    return Plan(
        ref=subject.ref,
        title=f"Start {subject.name} from a file",
        verb="Start",
        steps=(StartFrom(subject.name, file),),
        afterwards=guest.set_time(subject),
        danger=danger if certain else Danger.WORST,
        losses=losses,
        effects=(
            "the guest goes on where it was saved, with the definition of then",
            f"{basename(file)} stays, and is useless as soon as the guest writes",
        ),
        warnings=() if certain else (doubt,),
    )


def _is_there(place: Place | None, file: str) -> Refusal | None:
    if place is None:
        return places.unseen(file)
    if place.there is There.NOTHING:
        return Refusal("no file", f"there is no file {file}")
    return None


def _fits(subject: Subject, saved: SavedRam, file: str) -> Refusal | None:
    """Whether it is RAM of this domain, and its disks hold what they held then."""
    if saved.trouble:
        return Refusal("no RAM", f"{basename(file)} holds no saved RAM: {saved.trouble}")
    if saved.uuid != subject.domain.uuid:
        return Refusal("other domain", f"it holds the RAM of another domain, {saved.name}")
    for target, then in saved.disks:
        disk = subject.config.disk(target)
        now = disk.active.source if disk and disk.active else "nothing"
        if now != then:
            reason = f"{target} was {then} when the RAM was saved and is {now} now: {OLD_RAM}"
            return Refusal("other disks", reason)
    return rules.first(rules.all_present(subject.config.disks), _changed(subject, saved))


def _changed(subject: Subject, saved: SavedRam) -> Refusal | None:
    """A layer below that changed is as bad as an active one."""
    for disk in _disks(subject, saved):
        for layer in disk.layers:
            slack = 0 if layer.clock == saved.clock else SKEW
            if saved.written and layer.changed and layer.changed > saved.written + slack:
                reason = f"{basename(layer.source)} was written to after the RAM was saved"
                return Refusal("changed", f"{reason}: {OLD_RAM}")
    return None


def _is_certain(subject: Subject, saved: SavedRam) -> bool:
    """Whether it could be seen that nothing was written since."""
    disks = _disks(subject, saved)
    layers = [layer for disk in disks for layer in disk.layers]
    seen = all(layer.changed is not None and layer.clock == saved.clock for layer in layers)
    return saved.written is not None and seen and all(disk.complete for disk in disks)


def _disks(subject: Subject, saved: SavedRam) -> tuple[Disk, ...]:
    """The disks that the RAM knows, as they are now."""
    then = dict(saved.disks)
    return tuple(disk for disk in subject.config.writable if disk.target in then)


def offered(subject: Subject, *, new: bool) -> str:
    """The file that a form proposes: a free one, or the last one saved before."""
    there = names.saved(subject)
    return there[0] if there and not new else names.save_file(subject)


def outdated(subject: Subject, steps: Iterable[Step]) -> tuple[str, ...]:
    """What steps that change the disks of a domain that is off do to RAM that waits in a file."""
    there = names.saved(subject)
    if subject.domain.state is not State.OFF or not there or not any(map(_changes_disks, steps)):
        return ()
    return (f"{basename(there[0])} may hold RAM of it, which fits only the disks of now",)


def _changes_disks(step: Step) -> bool:
    forgets = isinstance(step, DeleteSnapshot) and step.metadata_only
    changes = CreateSnapshot | DeleteSnapshot | RevertSnapshot | StartOver | Commit
    return isinstance(step, changes) and not forgets
