"""The single libvirt calls that plans are made of, and how virsh spells each."""

from kvmtui.plans.steps.jobs import AbortJob, AwaitReady, Commit, Pivot
from kvmtui.plans.steps.power import Power, RemoveManagedSave, Verb
from kvmtui.plans.steps.records import EditRecord, SetMetadata
from kvmtui.plans.steps.restart import RestoreRam, StartOver
from kvmtui.plans.steps.snapshots import (
    After,
    CreateSnapshot,
    DeleteSnapshot,
    Redefine,
    RevertSnapshot,
    Target,
)
from kvmtui.plans.steps.spelling import Watch

Step = (
    CreateSnapshot
    | RevertSnapshot
    | DeleteSnapshot
    | StartOver
    | RestoreRam
    | Redefine
    | Commit
    | AwaitReady
    | Pivot
    | AbortJob
    | Power
    | RemoveManagedSave
    | EditRecord
    | SetMetadata
)
"""One step of a plan."""

__all__ = [
    "AbortJob",
    "After",
    "AwaitReady",
    "Commit",
    "CreateSnapshot",
    "DeleteSnapshot",
    "EditRecord",
    "Pivot",
    "Power",
    "Redefine",
    "RemoveManagedSave",
    "RestoreRam",
    "RevertSnapshot",
    "SetMetadata",
    "StartOver",
    "Step",
    "Target",
    "Verb",
    "Watch",
]
