"""The power menu."""

from __future__ import annotations

from kvmtui.plans import power, ram
from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import Verb
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Switch, Wish
from kvmtui.ui.forms.form import Choice, Field, Form, Line, Option, Values
from kvmtui.ui.view import View

WITH_FILE = (Verb.SAVE_TO, Verb.START_FROM)


def form(view: View) -> Form | Refusal:
    """The power menu; one that is stuck, or hung up on by a plan, can be forced off."""
    subject = view.subject(while_busy=True)
    if isinstance(subject, Refusal):
        return subject
    ref = subject.ref

    def fields(subject: Subject, values: Values) -> tuple[Field, ...]:
        shown = power.offered(subject.domain.state)
        options = tuple(Option(verb, verb.value, power.refuse(subject, verb)) for verb in shown)
        able = [option.value for option in options if not option.refusal]
        first = Verb.FORCE_OFF if subject.domain.stranded else next(iter(able), None)
        verb = values.get("verb")
        chosen = verb if verb in able else first
        return (
            Choice("verb", "", options, first, upright=True),
            _file(subject, chosen),
        )

    def wish(values: Values) -> Wish:
        verb = values["verb"] or Verb.START
        return Switch(ref, verb, values["file"].strip() if verb in WITH_FILE else "")

    return Form(ref, f"Power of {subject.name}", fields, wish, while_busy=True, menu=True)


def _file(subject: Subject, chosen: Verb | None) -> Line:
    """Asked only where it matters."""
    proposed = ram.offered(subject, new=chosen is not Verb.START_FROM)
    return Line("file", "File", proposed, keep=True, shown=chosen in WITH_FILE)
