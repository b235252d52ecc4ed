"""How fast a job may go."""

from __future__ import annotations

from kvmtui.model.words import typed
from kvmtui.plans.subject import Subject
from kvmtui.ui.forms.form import Line


def limit(subject: Subject) -> Line:
    """Bytes per second; b changes it while the job runs."""
    return Line("limit", "Limit", typed(subject.host.commit_bandwidth), empty="none, or like 20M")
