"""Why libvirt's own delete is not used for a snapshot inside images."""

from __future__ import annotations

from kvmtui.model import inside
from kvmtui.model.snapshot import Snapshot
from kvmtui.model.value import replace
from kvmtui.plans import rules
from kvmtui.plans.plan import Refusal
from kvmtui.plans.subject import Subject

DETACHED_REFUSED = 11_000_000
"""Before, deleting an internal snapshot with a detached disk crashes the daemon."""


def refuse(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    """A running domain must have the very disks of then; of one that is off the files are used."""
    for image in (r.base for r in snapshot.disks if r.mode == "internal"):
        found = subject.domain.holds(image)
        if found and inside.twice(found[1], snapshot.name):
            return rules.twice(image, snapshot.name)
    if not subject.domain.state.active:
        elsewhere = (r.base for r in snapshot.disks if r.mode == "internal" and r.base)
        return rules.base_not_shared(subject, elsewhere)
    for record in snapshot.disks:
        now = subject.config.disk(record.target)
        if now is None:
            fate = "crashes on that" if subject.libvirt < DETACHED_REFUSED else "refuses that"
            reason = f"{record.target} is no longer attached, and this libvirt {fate}"
            return Refusal("detached", reason, "shut the domain down first")
        source = now.active.source if now.active else ""
        if source != record.base and record.mode == "internal":
            reason = f"it lives in {record.base}, which is not the active layer of {record.target}"
            return Refusal("not active", reason, "commit the layers above it, or shut down first")
        if source != record.base:
            reason = f"{record.target} has another medium than then, which libvirt refuses"
            return Refusal("other medium", reason, "shut the domain down first")
    unable = rules.can_be_said(subject, snapshot.name) or _namesake(subject, snapshot)
    if unable:
        return replace(unable, remedy="shut the domain down first")
    return rules.asleep(subject, "nothing can be deleted inside images")


def _namesake(subject: Subject, snapshot: Snapshot) -> Refusal | None:
    """Without jobs QEMU deletes what has that name in all disks, whatever the record says."""
    if subject.libvirt >= rules.JOBS_NAMED:
        return None
    recorded = {record.target for record in snapshot.disks if record.mode == "internal"}
    for disk in subject.config.writable:
        held = disk.active.snapshots if disk.active else None
        if disk.target not in recorded and any(i.name == snapshot.name for i in held or ()):
            reason = f"“{snapshot.name}” inside {disk.target} would go too, and no record has that"
            return Refusal("namesake", reason)
    return None
