"""How fast the selected job goes, and what its guest does meanwhile."""

from __future__ import annotations

from kvmtui.model.job import Job
from kvmtui.model.words import typed
from kvmtui.model.world import Ref
from kvmtui.plans.jobs import pace
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Meanwhile, Pace, Wish
from kvmtui.ui.forms.form import Choice, Field, Form, Line, Option, Values
from kvmtui.ui.view import View

UNDOING = (Meanwhile.RESUME, Meanwhile.FREE)


def form(view: View) -> Form | Refusal:
    """Limiting the selected job, or taking the throttle of the selected disk away."""
    ref, target = _selected(view)
    subject = view.subject(ref, while_busy=True)
    if isinstance(subject, Refusal):
        return subject
    refusal = pace.refuse(subject, target)
    if refusal:
        return refusal
    named, began = subject.ref, subject.domain.job(target)

    def fields(subject: Subject, values: Values) -> tuple[Field, ...]:
        options = tuple(_options(subject, target))
        able = [option.value for option in options if not option.refusal]
        preset = Meanwhile.LEAVE if began else Meanwhile.FREE
        guest = values.get("guest", preset)
        throttles = guest is Meanwhile.THROTTLE and guest in able
        job = subject.domain.job(target)
        return (
            Line("limit", "Limit", _limit(began), empty="none, or like 20M", shown=job is not None),
            Choice("guest", "Guest", options, preset, upright=True),
            Line("writes", "Writes", pace.proposed(began), shown=throttles),
        )

    def wish(values: Values) -> Wish:
        return Pace(named, target, values["limit"], values["guest"], values["writes"])

    what = f"{began.kind.value} of {target}" if began else target
    return Form(named, f"Pace of the {what} of {subject.name}", fields, wish, while_busy=True)


def _selected(view: View) -> tuple[Ref | None, str]:
    """The selected job, else the selected disk."""
    if view.selected_job is not None:
        ref, job = view.selected_job
        return ref, job.disk
    return view.ref, view.selected_disk.target if view.selected_disk else ""


def _limit(job: Job | None) -> str:
    return typed(job.bandwidth) if job else ""


def _options(subject: Subject, target: str) -> list[Option]:
    """What can be undone is offered only where it was done."""
    offered = [
        Option(guest, guest.value, pace.refuse_guest(subject, target, guest)) for guest in Meanwhile
    ]
    return [o for o in offered if o.value not in UNDOING or o.refusal is None]
