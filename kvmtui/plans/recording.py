"""Whether libvirt has room for what a plan has it record of snapshots."""

from __future__ import annotations

from collections.abc import Iterable

from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import (
    AdoptSnapshot,
    Amend,
    CreateSnapshot,
    DeleteSnapshot,
    EditRecord,
    Redefine,
    Step,
    Vouch,
)
from kvmtui.plans.subject import Subject


def refuse_steps(subject: Subject, steps: Iterable[Step]) -> Refusal | None:
    """A snapshot of which no record can be written is none; one that is rewritten is lost."""
    folder = subject.config.cramped
    if not folder or not any(map(_records, steps)):
        return None
    reason = f"there is no room in {folder}: libvirt would lose the records that it writes"
    return Refusal("no room for records", reason, "make some there first")


def _records(step: Step) -> bool:
    if isinstance(step, Vouch):
        return step.must
    if isinstance(step, DeleteSnapshot):
        return bool(step.keeps)
    return isinstance(step, AdoptSnapshot | Amend | CreateSnapshot | EditRecord | Redefine)
