"""The snapshot that a form is about."""

from __future__ import annotations

from kvmtui.model.snapshot import Snapshot
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject
from kvmtui.ui.view import View


def chosen(view: View) -> tuple[Subject, Snapshot] | Refusal:
    """The selected domain and snapshot."""
    subject, snapshot = view.subject(), view.selected_snapshot
    if isinstance(subject, Refusal):
        return subject
    if view.inside is not None:
        return Refusal("unrecorded", "libvirt does not know it", "adopt it first (a)")
    if snapshot is None:
        return Refusal("no snapshot", "no snapshot is selected", "choose one in pane 2")
    return subject, snapshot
