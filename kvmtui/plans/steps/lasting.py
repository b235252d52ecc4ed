"""Which steps last as long as there is something to do, and which are over at once."""

from __future__ import annotations

from kvmtui.plans.steps import (
    AwaitMerged,
    AwaitOver,
    AwaitReady,
    CreateSnapshot,
    DeleteSnapshot,
    Flush,
    Freeze,
    ManagedSave,
    RestoreRam,
    RevertSnapshot,
    SaveTo,
    StartFrom,
    Step,
)

_LASTING = (
    AwaitReady | AwaitMerged | AwaitOver | DeleteSnapshot | Flush | Freeze | ManagedSave
    | RestoreRam | RevertSnapshot | SaveTo | StartFrom
)  # fmt: skip


def lasts(step: Step) -> bool:
    """That libvirt has not answered yet says nothing: RAM is written, layers are merged."""
    if isinstance(step, CreateSnapshot):
        return step.quiesce or not step.disk_only
    return isinstance(step, _LASTING)
