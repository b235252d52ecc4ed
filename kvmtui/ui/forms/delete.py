"""Deleting the selected snapshot, or only its record."""

from __future__ import annotations

from kvmtui.plans import delete
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Delete, Wish
from kvmtui.ui.forms.chosen import chosen as chosen_snapshot
from kvmtui.ui.forms.form import Field, Form, Toggle, Values
from kvmtui.ui.view import View


def form(view: View) -> Form | Refusal:
    """Deleting a snapshot."""
    found = chosen_snapshot(view)
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
