"""A snapshot that only the images know: recording it, or deleting it from them."""

from __future__ import annotations

from kvmtui.plans import adopt
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Adopt, Discard, Wish
from kvmtui.ui.forms.form import Field, Form, Line, Values
from kvmtui.ui.view import View


def form(view: View) -> Form | Refusal:
    """Recording it."""
    subject, name = view.subject(), view.inside
    if isinstance(subject, Refusal):
        return subject
    if name is None:
        reason = "no snapshot unknown to libvirt is selected"
        return Refusal("recorded", reason, "they stand below the tree (◌)")
    refusal = adopt.refuse(subject, name)
    ref = subject.ref

    def fields(_subject: Subject, _values: Values) -> tuple[Field, ...]:
        return (Line("description", "About"),)

    def wish(values: Values) -> Wish:
        return Adopt(ref, name, values["description"].strip())

    return refusal or Form(ref, f"Adopt “{name}” of {subject.name}", fields, wish)


def discard(subject: Subject, name: str) -> Form | Refusal:
    """Deleting it."""
    refusal = adopt.refuse_discard(subject, name)
    title = f"Delete “{name}” from the images of {subject.name}"
    wish = Discard(subject.ref, name)
    return refusal or Form(subject.ref, title, lambda _subject, _values: (), lambda _values: wish)
