"""Pulling layers of the selected disk up into its active one."""

from __future__ import annotations

from kvmtui.plans.chain import blockjob, pull
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Pull, Wish
from kvmtui.ui.forms.form import Choice, Field, Form, Option, Values
from kvmtui.ui.forms.layers import options
from kvmtui.ui.forms.speed import limit
from kvmtui.ui.view import View

NOTHING = "nothing: one file holds all"


def form(view: View) -> Form | Refusal:
    """The layer under the cursor is what the active one stands on then, if that shortens it."""
    subject, disk = view.subject(), view.selected_disk
    if isinstance(subject, Refusal):
        return subject
    refusal = blockjob.refuse(subject, disk)
    if refusal or disk is None:
        return refusal or Refusal("no disk", "no disk is selected")
    target, ref, layer = disk.target, subject.ref, view.layer

    def fields(subject: Subject, _values: Values) -> tuple[Field, ...]:
        now = subject.config.disk(target)
        bases = pull.bases(now) if now else ("",)
        named = options(now, bases[:-1]) if now else ()
        preset = layer if layer in bases else ""
        onto = (*named, Option("", NOTHING))
        return (Choice("base", "Onto", onto, preset, stepped=True), limit(subject))

    def wish(values: Values) -> Wish:
        return Pull(ref, target, values["base"] or "", values["limit"])

    return Form(ref, f"Pull {target} of {subject.name}", fields, wish)
