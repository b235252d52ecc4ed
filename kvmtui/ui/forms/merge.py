"""Committing the active layer of the selected disk."""

from __future__ import annotations

import os

from kvmtui.plans import merge
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Merge, Wish
from kvmtui.ui.forms.form import Choice, Field, Form, Option, Toggle, Values
from kvmtui.ui.view import View


def form(view: View) -> Form | Refusal:
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
