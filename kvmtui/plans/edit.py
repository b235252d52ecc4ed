"""Changing what is written down of a snapshot; no file and no image is touched by it."""

from __future__ import annotations

from os.path import basename

from kvmtui.model.snapshot import Kind, Snapshot
from kvmtui.model.words import count
from kvmtui.plans import rules
from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.steps import DeleteSnapshot, EditRecord, Step
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Edit

NATIVE_REVERT = 9_009_000
"""From here on libvirt keeps hidden notes with a snapshot that it went back to."""


Steps = tuple[Step, ...]


def refuse(subject: Subject, wish: Edit) -> Refusal | None:
    """Why the record cannot be changed so."""
    snapshot = subject.forest.get(wish.snapshot)
    if snapshot is None:
        return Refusal("gone", f"there is no snapshot “{wish.snapshot}” any more")
    renamed = wish.name != snapshot.name
    if not renamed and wish.description == snapshot.description and not wish.current:
        return Refusal("nothing", "nothing is changed yet")
    children = subject.forest.children(snapshot.name) if renamed else ()
    return rules.first(
        _rename(subject, snapshot, wish.name) if renamed else None,
        rules.text_fits(wish.description),
        refuse_current(subject, snapshot) if wish.current else None,
        *(hidden(subject, record) for record in (snapshot, *children)),
    )


def _rename(subject: Subject, snapshot: Snapshot, name: str) -> Refusal | None:
    if snapshot.kind is Kind.INTERNAL:
        return Refusal("name in image", "its name is the tag inside the image, which stays")
    return rules.name_fits(subject, name)


def refuse_current(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    """Why it would not be true that the domain goes on from this snapshot."""
    if subject.forest.current == snapshot.name:
        return Refusal("current", "it is the current one already")
    for record in snapshot.disks:
        file = {"external": record.overlay, "internal": record.base}.get(record.mode, "")
        now = subject.config.disk(record.target)
        active = now.active.source if now and now.active else ""
        if file and file != active:
            reason = f"{record.target} is on {basename(active) or 'nothing'}, not {basename(file)}"
            return Refusal("not there", reason, "revert to it (r)")
    return None


def hidden(subject: Subject, record: Snapshot) -> Refusal | None:
    """libvirt's own revert to a snapshot with children hides new overlays in its record.

    They get lost when the record is written anew, and its next revert would then remove the
    files that the children stand on.
    """
    if record.unfinished:
        return Refusal("unfinished", f"an earlier delete below “{record.name}” was interrupted")
    here = record.name == subject.forest.current and subject.forest.children(record.name)
    if not here or subject.libvirt < NATIVE_REVERT:
        return None
    for disk in record.disks:
        now = subject.config.disk(disk.target)
        active = now.active.source if now and now.active else ""
        if disk.mode == "external" and disk.overlay != active:
            reason = f"libvirt keeps a hidden note in the record of “{record.name}”, lost by this"
            return Refusal("hidden", reason, "take a snapshot first (s)")
    return None


def plan(subject: Subject, wish: Edit) -> Plan | Refusal:
    """One call; a new name takes one for each child more, and one to forget the old record."""
    refusal = refuse(subject, wish)
    snapshot = subject.forest.get(wish.snapshot)
    if refusal or snapshot is None:
        return refusal or Refusal("gone", "the snapshot is gone")
    described = wish.description if wish.description != snapshot.description else None
    if wish.name == snapshot.name:
        name, current = snapshot.name, wish.current
        steps: Steps = (EditRecord(subject.name, name, description=described, current=current),)
        undo: Steps = ()
    else:
        steps, undo = _renamed(subject, snapshot, wish, described)
    return Plan(
        ref=subject.ref,
        title=f"Edit “{snapshot.name}” of {subject.name}",
        verb="Save",
        steps=steps,
        undo=undo,
        effects=_effects(subject, snapshot, wish),
    )


def _renamed(
    subject: Subject, snapshot: Snapshot, wish: Edit, described: str | None
) -> tuple[Steps, Steps]:
    """The old record goes last, when nothing hangs below it: libvirt before 11 rewrites that.

    Undoing begins with the old record, so that it ends there should that be gone after all.
    """
    domain, old, new = subject.name, snapshot.name, wish.name
    current = subject.forest.current
    below = [child.name for child in subject.forest.children(old)]
    elsewhere = [current] if wish.current and current not in (None, old) else []
    steps: Steps = (
        EditRecord(domain, old, new, described, current=wish.current or current == old),
        *(EditRecord(domain, child, parent=new) for child in below),
        DeleteSnapshot(domain, old, metadata_only=True),
    )
    undo: Steps = (
        EditRecord(domain, old, current=current == old),
        *(EditRecord(domain, child, parent=old) for child in below),
        *(EditRecord(domain, name, current=True) for name in elsewhere if name),
        DeleteSnapshot(domain, new, metadata_only=True),
    )
    return steps, undo


def _effects(subject: Subject, snapshot: Snapshot, wish: Edit) -> tuple[str, ...]:
    if wish.name == snapshot.name:
        return ("only the record changes; no file is touched",)
    below = len(subject.forest.children(snapshot.name))
    told = ["only records change; files keep their names"]
    if below:
        told.append(
            f"{count(below, 'snapshot')} below it {'moves' if below == 1 else 'move'} along"
        )
    return tuple(told)
