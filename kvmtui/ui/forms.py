"""What is asked before a plan is made: fields, and the wish that their values stand for."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kvmtui.model.snapshot import Memory, Snapshot
from kvmtui.model.world import Ref
from kvmtui.plans import create, delete, jobs, merge, names, power
from kvmtui.plans.plan import Cancel, Create, Delete, Finish, Merge, Refusal, Revert, Switch, Wish
from kvmtui.plans.steps import After, Verb
from kvmtui.plans.subject import Subject
from kvmtui.ui.view import View

Values = Mapping[str, Any]
"""What the fields hold now, by their ids."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text."""

    id: str
    label: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One of several answers; a refused one is dimmed with its reason."""

    value: Any
    label: str
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several answers."""

    id: str
    label: str
    options: tuple[Option, ...]
    value: Any
    upright: bool = False
    """An answer per line, for long ones."""


@dataclass(frozen=True, slots=True)
class Toggle:
    """Yes or no; a refused one stays no."""

    id: str
    label: str
    value: bool
    refusal: Refusal | None = None


Field = Line | Choice | Toggle


@dataclass(frozen=True, slots=True)
class Form:
    """Asked in one modal together with the plan that comes of it."""

    ref: Ref
    title: str
    fields: Callable[[Subject, Values], tuple[Field, ...]]
    """Made again whenever a value or the world changes; ids stay the same."""
    wish: Callable[[Values], Wish]
    while_busy: bool = False


def snapshot(view: View) -> Form | Refusal:
    """Taking a snapshot."""
    subject = view.subject()
    if isinstance(subject, Refusal):
        return subject
    kinds = ("external", "ram", "internal")
    refusals = [create.refuse(subject, how) for how in kinds]
    if all(refusals):
        return next(refusal for refusal in refusals if refusal)
    ref = subject.ref

    def wish(values: Values) -> Wish:
        asked = {_disk_of(key): value for key, value in values.items() if key.startswith(_DISK)}
        chosen = tuple(target for target, included in asked.items() if included)
        return Create(
            ref,
            values["name"].strip(),
            values["description"].strip(),
            values["how"],
            chosen if asked and values["how"] != "internal" else None,
            values["quiesce"],
        )

    return Form(ref, f"Take a snapshot of {subject.name}", _snapshot_fields, wish)


_DISK = "disk-"


def _id_of(target: str) -> str:
    """A field's id for any target: ids take only some characters."""
    return _DISK + target.encode().hex()


def _disk_of(id: str) -> str:
    return bytes.fromhex(id.removeprefix(_DISK)).decode()


def _snapshot_fields(subject: Subject, values: Values) -> tuple[Field, ...]:
    kinds = (("external", "disks only"), ("ram", "disks and RAM"), ("internal", "inside the image"))
    options = tuple(Option(how, label, create.refuse(subject, how)) for how, label in kinds)
    first = next((option.value for option in options if not option.refusal), "external")
    how = values.get("how", first)
    disks = subject.config.writable
    whole = (
        Refusal("whole", "inside the image every disk is included") if how == "internal" else None
    )
    toggles = tuple(
        Toggle(_id_of(disk.target), f"include {disk.target}", True, whole) for disk in disks
    )
    quiet = create.can_quiesce(subject, how)
    return (
        Line("name", "Name", names.snapshot_name(subject, time.strftime("snap-%Y-%m-%d"))),
        Line("description", "About"),
        Choice("how", "Kind", options, first),
        *(toggles if len(disks) > 1 else ()),
        Toggle("quiesce", "freeze file systems meanwhile (quiesce)", quiet is None, quiet),
    )


def _chosen(view: View) -> tuple[Subject, Snapshot] | Refusal:
    """The selected domain and snapshot."""
    subject, snapshot = view.subject(), view.selected_snapshot
    if isinstance(subject, Refusal):
        return subject
    if snapshot is None:
        return Refusal("no snapshot", "no snapshot is selected", "choose one in pane 2")
    return subject, snapshot


def revert(view: View) -> Form | Refusal:
    """Going back."""
    found = _chosen(view)
    if isinstance(found, Refusal):
        return found
    subject, chosen = found
    name, ref = chosen.name, subject.ref
    has_file = chosen.memory is Memory.EXTERNAL

    def fields(subject: Subject, _values: Values) -> tuple[Field, ...]:
        after = (After.RECORDED, After.RUNNING, After.PAUSED)
        options = tuple(Option(state, state.value) for state in after)
        missing = (
            None
            if subject.host.facts.external_revert
            else Refusal("RAM", "this libvirt cannot bring back RAM from a file")
        )
        ram = (Toggle("ram", "bring back the RAM too", missing is None, missing),)
        external = chosen.kind.value == "external"
        return (
            Choice("after", "After", options, After.RECORDED),
            Toggle("safety", "take a snapshot of the present state first", external),
            *(ram if has_file else ()),
        )

    def wish(values: Values) -> Wish:
        return Revert(ref, name, values["after"], values["safety"], values.get("ram", True))

    return Form(ref, f"Revert {subject.name} to “{name}”", fields, wish)


def remove(view: View) -> Form | Refusal:
    """Deleting a snapshot."""
    found = _chosen(view)
    if isinstance(found, Refusal):
        return found
    subject, chosen = found
    name, ref = chosen.name, subject.ref

    def fields(subject: Subject, _values: Values) -> tuple[Field, ...]:
        below = subject.forest.children(name)
        refused = delete.refuse(subject, Delete(ref, name, children=True)) if below else None
        children = (Toggle("children", "all below it too", False, refused),)
        forget = Toggle("record", "forget only its record, touch no file", False)
        return (*(children if below else ()), forget)

    def wish(values: Values) -> Wish:
        return Delete(ref, name, values.get("children", False), values["record"])

    return Form(ref, f"Delete “{name}” of {subject.name}", fields, wish)


def commit(view: View) -> Form | Refusal:
    """Merging the active layer down."""
    subject, disk = view.subject(), view.selected_disk
    if isinstance(subject, Refusal):
        return subject
    refusal = merge.refuse_disk(subject, disk)
    if refusal or disk is None:
        return refusal or Refusal("no disk", "no disk is selected")
    target, ref, layer = disk.target, subject.ref, view.layer

    def fields(subject: Subject, _values: Values) -> tuple[Field, ...]:
        now = subject.config.disk(target)
        bases = merge.bases(now) if now else ()
        beside = len({os.path.dirname(base) for base in bases}) == 1
        options = tuple(
            Option(
                base,
                os.path.basename(base) if beside else base,
                merge.refuse(subject, Merge(ref, target, base)),
            )
            for base in bases
        )
        able = [option.value for option in options if not option.refusal]
        preset = layer if layer in able else next(iter(able), None)
        return (
            Choice("base", "Into", options, preset, upright=True),
            Toggle("keep", "keep the merged files", False),
        )

    def wish(values: Values) -> Wish:
        return Merge(ref, target, values["base"] or "", values["keep"])

    return Form(ref, f"Commit {target} of {subject.name}", fields, wish)


def switch(view: View) -> Form | Refusal:
    """The power menu."""
    subject = view.subject()
    if isinstance(subject, Refusal):
        return subject
    ref = subject.ref

    def fields(subject: Subject, _values: Values) -> tuple[Field, ...]:
        options = tuple(Option(verb, verb.value, power.refuse(subject, verb)) for verb in Verb)
        first = next((option.value for option in options if not option.refusal), None)
        return (Choice("verb", "", options, first, upright=True),)

    def wish(values: Values) -> Wish:
        return Switch(ref, values["verb"] or Verb.START)

    return Form(ref, f"Power of {subject.name}", fields, wish)


def cancel(view: View) -> Form | Refusal:
    """Cancelling a block job."""
    return _job(view, Cancel, "Cancel the job of", jobs.refuse_cancel)


def finish(view: View) -> Form | Refusal:
    """Switching over to what a job has made."""
    return _job(view, Finish, "Switch over", jobs.refuse_finish)


def _job(
    view: View,
    kind: type[Cancel] | type[Finish],
    title: str,
    refuse: Callable[[Subject, Any], Refusal | None],
) -> Form | Refusal:
    found = view.selected_job
    ref = found[0] if found else view.ref
    subject = view.subject(ref, while_busy=True)
    if isinstance(subject, Refusal):
        return subject
    job = found[1] if found else None
    refusal = refuse(subject, job)
    if refusal or job is None:
        return refusal or Refusal("no job", "no job runs")
    disk = job.disk
    return Form(
        subject.ref,
        f"{title} {disk} of {subject.name}",
        lambda _subject, _values: (),
        lambda _values: kind(subject.ref, disk),
        while_busy=True,
    )
