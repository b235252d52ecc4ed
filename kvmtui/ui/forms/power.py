"""The power menu."""

from __future__ import annotations

from kvmtui.plans import power
from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import Verb
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Switch, Wish
from kvmtui.ui.forms.form import Choice, Field, Form, Option, Values
from kvmtui.ui.view import View


def form(view: View) -> Form | Refusal:
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
