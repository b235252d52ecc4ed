"""Going back to the selected snapshot."""

from __future__ import annotations

from kvmtui.model.snapshot import Memory
from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import After
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Revert, Wish
from kvmtui.ui.forms.chosen import chosen as chosen_snapshot
from kvmtui.ui.forms.form import Choice, Field, Form, Option, Toggle, Values
from kvmtui.ui.view import View


def form(view: View) -> Form | Refusal:
    """Going back."""
    found = chosen_snapshot(view)
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
