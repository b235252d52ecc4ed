"""Taking a snapshot: its name, kind, disks and whether the guest is quiet meanwhile."""

from __future__ import annotations

import time

from kvmtui.plans import create, names
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Create, Wish
from kvmtui.ui.forms.form import Choice, Field, Form, Line, Option, Toggle, Values
from kvmtui.ui.view import View


def form(view: View) -> Form | Refusal:
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
