"""Moving the selected disk to a new file while it is in use."""

from __future__ import annotations

from kvmtui.plans.chain import blockjob, move
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Move, Wish
from kvmtui.ui.forms.form import Choice, Field, Form, Line, Option, Toggle, Values
from kvmtui.ui.forms.speed import limit
from kvmtui.ui.view import View


def form(view: View) -> Form | Refusal:
    """To a file beside the present one, unless another place is typed."""
    subject, disk = view.subject(), view.selected_disk
    if isinstance(subject, Refusal):
        return subject
    refusal = blockjob.refuse(subject, disk, layers=1)
    if refusal or disk is None:
        return refusal or Refusal("no disk", "no disk is selected")
    target, ref, place = disk.target, subject.ref, move.proposed(subject, disk)

    def fields(subject: Subject, _values: Values) -> tuple[Field, ...]:
        now = subject.config.disk(target)
        alone = now is None or len(now.layers) < 2
        options = (Option(False, "all layers in one"), Option(True, "only the active layer"))
        return (
            Line("file", "To", place, keep=True),
            Choice("shallow", "What", options, False, shown=not alone),
            Toggle("tidy", "remove the files that nobody needs then", False),
            limit(subject),
        )

    def wish(values: Values) -> Wish:
        file, shallow, tidy = values["file"].strip(), values["shallow"], values["tidy"]
        return Move(ref, target, file, shallow, tidy, values["limit"])

    return Form(ref, f"Move {target} of {subject.name}", fields, wish)
