"""Whether what a snapshot records is still there, for a pane that shows all snapshots."""

from __future__ import annotations

from kvmtui.model.domain import Domain
from kvmtui.model.snapshot import Snapshot
from kvmtui.model.world import Host
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import known

MISSING = "missing"
"""The rule that an image is not there, in a word for a pane."""


def misfit(domain: Domain, snapshot: Snapshot) -> Refusal | None:
    """Why a disk of the snapshot cannot be gone back to; None while nothing speaks against it."""
    subject = known(Host(""), domain)
    if subject is None:
        return None
    from kvmtui.plans.revert import stale  # of a domain that was read: not for the first screen

    for record in snapshot.disks:
        if record.mode != "external":
            continue
        found = domain.holds(record.base)
        if found is not None and found[1].missing:
            return Refusal(MISSING, f"{record.base} is missing")
        changed = stale.refuse(subject, snapshot, record)
        if changed:
            return changed
    return None
