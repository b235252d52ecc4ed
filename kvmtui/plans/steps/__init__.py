"""The single libvirt calls that plans are made of, and how virsh spells each."""

from kvmtui.plans.steps.guest import Freeze, SetTime, Thaw
from kvmtui.plans.steps.jobs import (
    AbortJob,
    AbortRam,
    AwaitMerged,
    AwaitOver,
    AwaitReady,
    Commit,
    Copy,
    Pivot,
    Pull,
    SetSpeed,
    Tune,
)
from kvmtui.plans.steps.power import Flush, Power, RemoveManagedSave, Verb
from kvmtui.plans.steps.ram import ManagedSave, SaveTo, StartFrom
from kvmtui.plans.steps.records import AdoptSnapshot, EditRecord, SetMetadata
from kvmtui.plans.steps.restart import RestoreRam, StartOver
from kvmtui.plans.steps.snapshots import (
    After,
    CreateSnapshot,
    DeleteSnapshot,
    Redefine,
    RevertSnapshot,
    Target,
)
from kvmtui.plans.steps.tidying import Amend, RemoveFile, Vouch

Step = (
    CreateSnapshot
    | RevertSnapshot
    | DeleteSnapshot
    | StartOver
    | RestoreRam
    | Redefine
    | Commit
    | AwaitReady
    | AwaitMerged
    | AwaitOver
    | Pivot
    | Pull
    | Copy
    | Vouch
    | SetSpeed
    | Tune
    | AbortJob
    | AbortRam
    | Power
    | Flush
    | RemoveManagedSave
    | AdoptSnapshot
    | ManagedSave
    | SaveTo
    | StartFrom
    | EditRecord
    | SetMetadata
    | Amend
    | RemoveFile
    | Freeze
    | Thaw
    | SetTime
)
"""One step of a plan."""

__all__ = [
    "AbortJob",
    "AbortRam",
    "AdoptSnapshot",
    "After",
    "Amend",
    "AwaitMerged",
    "AwaitOver",
    "AwaitReady",
    "Commit",
    "Copy",
    "CreateSnapshot",
    "DeleteSnapshot",
    "EditRecord",
    "Flush",
    "Freeze",
    "ManagedSave",
    "Pivot",
    "Power",
    "Pull",
    "Redefine",
    "RemoveFile",
    "RemoveManagedSave",
    "RestoreRam",
    "RevertSnapshot",
    "SaveTo",
    "SetMetadata",
    "SetSpeed",
    "SetTime",
    "StartFrom",
    "StartOver",
    "Step",
    "Target",
    "Thaw",
    "Tune",
    "Verb",
    "Vouch",
]
