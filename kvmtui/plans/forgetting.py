"""Forgetting the record of a snapshot, and nothing else."""

from __future__ import annotations

from collections.abc import Collection

from kvmtui.model.snapshot import Snapshot
from kvmtui.plans.plan import Detour
from kvmtui.plans.steps import DeleteSnapshot
from kvmtui.plans.subject import Subject

RECORDS_SAFE = 11_000_000
"""Before, forgetting a record rewrites the records below it."""


def record_gone(
    subject: Subject, snapshot: Snapshot, without: Collection[str] = ()
) -> DeleteSnapshot:
    """The record alone, the others below it kept as they are, but those that have gone by then."""
    rewrites = subject.libvirt < RECORDS_SAFE
    below = subject.forest.descendants(snapshot.name) if rewrites else ()
    keeps = tuple(s.name for s in below if s.name not in without)
    return DeleteSnapshot(subject.name, snapshot.name, metadata_only=True, keeps=keeps)


def kept_as_they_are(step: DeleteSnapshot) -> tuple[Detour, ...]:
    """What is told of the records that the step puts back."""
    if not step.keeps:
        return ()
    reason = "this libvirt would rewrite the records below it"
    return (Detour("records rewritten", reason, "they are put back"),)
