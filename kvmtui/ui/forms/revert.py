"""Going back to the selected snapshot, or to the state before the last time."""

from __future__ import annotations

import time

from kvmtui.model.snapshot import Kind, Memory, Snapshot
from kvmtui.plans.create import refusals
from kvmtui.plans.plan import Refusal
from kvmtui.plans.revert import last_safety
from kvmtui.plans.revert.refusals import refuse_ram
from kvmtui.plans.steps import After
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Revert, Wish
from kvmtui.ui.forms.chosen import chosen as chosen_snapshot
from kvmtui.ui.forms.form import Choice, Field, Form, Option, Toggle, Values
from kvmtui.ui.view import View


def form(view: View) -> Form | Refusal:
    """Going back to the selected snapshot."""
    found = chosen_snapshot(view)
    if isinstance(found, Refusal):
        return found
    subject, snapshot = found
    return _back_to(subject, snapshot, After.RECORDED)


def undo(view: View) -> Form | Refusal:
    """Going back to the snapshot that the last revert took of the state before it."""
    subject = view.subject()
    if isinstance(subject, Refusal):
        return subject
    snapshot = last_safety(subject)
    if snapshot is None:
        reason = "no snapshot of a state before a revert is there"
        return Refusal("nothing to undo", reason)
    after = After.RECORDED if snapshot.state == "shutoff" else After.RUNNING
    return _back_to(subject, snapshot, after)


def _back_to(subject: Subject, snapshot: Snapshot, after: After) -> Form:
    name, ref = snapshot.name, subject.ref
    moment = time.strftime("%Y%m%d-%H%M%S")

    def fields(subject: Subject, _values: Values) -> tuple[Field, ...]:
        states = (After.RECORDED, After.RUNNING, After.PAUSED)
        options = tuple(Option(state, state.value) for state in states)
        refused = refuse_ram(subject, snapshot)
        ram = (Toggle("ram", "bring back the RAM too", refused is None, refused),)
        return (
            Choice("after", "After", options, after),
            _safety(subject, snapshot),
            *(ram if snapshot.memory is Memory.EXTERNAL else ()),
        )

    def wish(values: Values) -> Wish:
        return Revert(
            ref,
            name,
            values["after"],
            safety=bool(values["keep"]),
            safety_ram=values["keep"] == "ram",
            ram=values.get("ram", True),
            moment=moment,
        )

    return Form(ref, f"Revert {subject.name} to “{name}”", fields, wish)


def _safety(subject: Subject, snapshot: Snapshot) -> Choice:
    """What is kept of the present state, in a snapshot of its own."""
    nothing = Option("", "nothing")
    if snapshot.kind is Kind.EXTERNAL:
        ram = Option("ram", "disks and RAM", refusals.refuse(subject, "ram"))
        return Choice("keep", "Keep", (Option("external", "the disks"), ram, nothing), "external")
    inside = Option("internal", "all, inside the images", refusals.refuse(subject, "internal"))
    return Choice("keep", "Keep", (inside, nothing), "")
