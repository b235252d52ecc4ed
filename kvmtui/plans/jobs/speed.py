"""How fast a job may go, as it is typed."""

from __future__ import annotations

from kvmtui.model.words import amount
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject


def refuse(typed: str | None) -> Refusal | None:
    """Why that is no speed; None is what the host is set to."""
    if typed is None or amount(typed) is not None:
        return None
    remedy = "like 20M or 1.5G a second; empty for no limit"
    return Refusal("speed", f"“{typed}” is no speed", remedy)


def limit(subject: Subject, typed: str | None) -> int:
    """Bytes per second; 0 for no limit."""
    return subject.host.commit_bandwidth if typed is None else amount(typed) or 0
