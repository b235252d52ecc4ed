"""Freezing and thawing the guest: nothing is asked but whether it is meant."""

from __future__ import annotations

from collections.abc import Callable

from kvmtui.plans import guest
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import FreezeGuest, ThawGuest
from kvmtui.ui.forms.form import Form
from kvmtui.ui.view import View


def freeze(view: View) -> Form | Refusal:
    """Freezing the file systems."""
    return _form(view, "Freeze", FreezeGuest, guest.refuse_freeze)


def thaw(view: View) -> Form | Refusal:
    """Thawing them."""
    return _form(view, "Thaw", ThawGuest, guest.refuse_thaw)


def _form(
    view: View,
    verb: str,
    kind: type[FreezeGuest] | type[ThawGuest],
    refuse: Callable[[Subject], Refusal | None],
) -> Form | Refusal:
    subject = view.subject()
    if isinstance(subject, Refusal):
        return subject
    refusal, ref = refuse(subject), subject.ref
    if refusal:
        return refusal
    title = f"{verb} the file systems of {subject.name}"
    return Form(ref, title, lambda _subject, _values: (), lambda _values: kind(ref))
