"""Ending the selected job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kvmtui.model.job import Job
from kvmtui.plans.jobs import ending
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Cancel, Finish
from kvmtui.ui.forms.form import Form
from kvmtui.ui.view import View


def cancel(view: View) -> Form | Refusal:
    """Cancelling a block job, or the saving of RAM."""
    return _job(view, Cancel, _cancelled, ending.refuse_cancel)


def _cancelled(job: Job) -> str:
    return f"Cancel the {job.kind.value} of {job.disk}" if job.disk else "Cancel saving the RAM"


def finish(view: View) -> Form | Refusal:
    """Switching over to what a job has made."""
    return _job(view, Finish, lambda job: f"Switch over {job.disk}", ending.refuse_finish)


def _job(
    view: View,
    kind: type[Cancel] | type[Finish],
    title: Callable[[Job], str],
    refuse: Callable[[Subject, Any], Refusal | None],
) -> Form | Refusal:
    found = view.selected_job
    ref = found[0] if found else view.ref
    subject = view.subject(ref, while_busy=True)
    if isinstance(subject, Refusal):
        return subject
    job = found[1] if found else None
    refusal = refuse(subject, job)
    if refusal or job is None:
        return refusal or Refusal("no job", "no job runs")
    disk = job.disk
    return Form(
        subject.ref,
        f"{title(job)} of {subject.name}",
        lambda _subject, _values: (),
        lambda _values: kind(subject.ref, disk),
        while_busy=True,
    )
