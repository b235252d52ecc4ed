"""The title and the description of a domain."""

from __future__ import annotations

from kvmtui.plans import rules
from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.steps import SetMetadata
from kvmtui.plans.subject import Subject
from kvmtui.plans.wishes import Describe


def refuse(subject: Subject, wish: Describe) -> Refusal | None:
    """Why these texts cannot be written."""
    if not _changed(subject, wish):
        return Refusal("nothing", "nothing is changed yet")
    if "\n" in wish.title:
        return Refusal("title lines", "a title is one line")
    return rules.first(rules.text_fits(wish.title), rules.text_fits(wish.description))


def _changed(subject: Subject, wish: Describe) -> tuple[tuple[str, str, str], ...]:
    """Kind, old and new text of what differs."""
    texts = (
        ("title", subject.config.title, wish.title),
        ("description", subject.config.description, wish.description),
    )
    return tuple(part for part in texts if part[1] != part[2])


def plan(subject: Subject, wish: Describe) -> Plan | Refusal:
    """One call for each text; in the definition, and in the running domain too."""
    refusal = refuse(subject, wish)
    if refusal:
        return refusal
    changed = _changed(subject, wish)
    config, live = subject.config.persistent, subject.domain.state.active
    steps = tuple(SetMetadata(subject.name, kind, new, config, live) for kind, _, new in changed)
    undo = tuple(
        SetMetadata(subject.name, kind, old, config, live) for kind, old, _ in changed[:-1]
    )
    return Plan(
        ref=subject.ref,
        title=f"Describe {subject.name}",
        verb="Save",
        steps=steps,
        undo=undo,
    )
