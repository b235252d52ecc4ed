"""Removing the selected file that nothing refers to."""

from __future__ import annotations

from os.path import basename

from kvmtui.plans import orphans
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import RemoveOrphan
from kvmtui.ui.forms.form import Form


def form(subject: Subject, file: str) -> Form | Refusal:
    """Nothing to choose: the plan is the proof."""
    refusal = orphans.refuse(subject, file)
    if refusal is not None:
        return refusal
    return Form(
        subject.ref,
        f"Remove {basename(file)}",
        lambda _subject, _values: (),
        lambda _values: RemoveOrphan(subject.ref, file),
    )
