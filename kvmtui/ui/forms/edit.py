"""Name and description of the selected snapshot, title and description of the domain."""

from __future__ import annotations

from kvmtui.model.snapshot import Snapshot
from kvmtui.plans import edit
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Describe, Edit, Wish
from kvmtui.render.words import safe
from kvmtui.ui.forms.chosen import chosen
from kvmtui.ui.forms.form import Field, Form, Line, Toggle, Values
from kvmtui.ui.view import View

BREAK = "⏎"
"""Stands for a line break in a field of one line."""


def form(view: View) -> Form | Refusal:
    """The snapshot under the cursor of pane 2, elsewhere the domain."""
    if view.pane == "snapshots" and (view.selected_snapshot or view.inside):
        found = chosen(view)
        return found if isinstance(found, Refusal) else _snapshot(*found)
    subject = view.subject()
    return subject if isinstance(subject, Refusal) else _domain(subject)


def shown(text: str) -> str:
    """A text from outside for a field of one line."""
    return safe(text.replace("\n", BREAK))


def meant(typed: str, before: str) -> str:
    """What a field stands for: an untouched one for the text it was made from."""
    return before if typed == shown(before) else typed.strip().replace(BREAK, "\n")


def _snapshot(subject: Subject, snapshot: Snapshot) -> Form:
    ref, name, about = subject.ref, snapshot.name, snapshot.description

    def fields(subject: Subject, _values: Values) -> tuple[Field, ...]:
        now = subject.forest.get(name) or snapshot
        untrue = edit.refuse_current(subject, now)
        return (
            Line("description", "About", shown(about), keep=True),
            Line("name", "Name", shown(name), keep=True),
            Toggle("current", "make it the current one", False, untrue),
        )

    def wish(values: Values) -> Wish:
        described = meant(values["description"], about)
        return Edit(ref, name, meant(values["name"], name), described, values["current"])

    return Form(ref, f"Edit “{name}” of {subject.name}", fields, wish)


def _domain(subject: Subject) -> Form:
    ref, title, about = subject.ref, subject.config.title, subject.config.description

    def fields(_subject: Subject, _values: Values) -> tuple[Field, ...]:
        return (
            Line("title", "Title", shown(title), keep=True),
            Line("description", "About", shown(about), keep=True),
        )

    def wish(values: Values) -> Wish:
        return Describe(ref, meant(values["title"], title), meant(values["description"], about))

    return Form(ref, f"Describe {subject.name}", fields, wish)
