"""The steps of plans as libvirt calls."""

from __future__ import annotations

from typing import Any

from kvmtui.host.virt.acting import (
    amending,
    files,
    guest,
    jobs,
    power,
    ram,
    records,
    restart,
    snapshots,
    vouching,
)
from kvmtui.plans.steps import (
    AbortJob,
    AbortRam,
    AdoptSnapshot,
    Amend,
    AwaitMerged,
    AwaitOver,
    AwaitReady,
    Commit,
    Copy,
    CreateSnapshot,
    DeleteSnapshot,
    EditRecord,
    Flush,
    Freeze,
    ManagedSave,
    Pivot,
    Power,
    Pull,
    Redefine,
    RemoveFile,
    RemoveManagedSave,
    RestoreRam,
    RevertSnapshot,
    SaveTo,
    SetMetadata,
    SetSpeed,
    SetTime,
    StartFrom,
    StartOver,
    Step,
    Thaw,
    Tune,
    Vouch,
)


def perform(domain: Any, step: Step) -> None:
    """One call, or the wait between two; raises ``libvirtError`` or ``HostError``."""
    match step:
        case CreateSnapshot():
            snapshots.create(domain, step)
        case RevertSnapshot():
            snapshots.revert(domain, step)
        case DeleteSnapshot():
            snapshots.delete(domain, step)
        case StartOver():
            restart.start_over(domain, step)
        case RestoreRam():
            restart.restore_ram(domain, step)
        case Redefine():
            snapshots.redefine(domain, step)
        case Commit():
            jobs.commit(domain, step)
        case Amend():
            amending.amend(domain, step)
        case RemoveFile():
            files.remove(domain, step)
        case Copy():
            jobs.copy(domain, step)
        case Pull():
            jobs.pull(domain, step)
        case Vouch():
            vouching.vouch(domain, step)
        case AwaitReady():
            jobs.await_ready(domain, step.disk)
        case AwaitMerged():
            jobs.await_merged(domain, step)
        case AwaitOver():
            jobs.await_over(domain, step)
        case SetSpeed():
            jobs.set_speed(domain, step)
        case Tune():
            jobs.tune(domain, step)
        case Pivot():
            jobs.pivot(domain, step)
        case AbortJob():
            jobs.abort(domain, step)
        case AbortRam():
            domain.abortJob()
        case RemoveManagedSave():
            domain.managedSaveRemove(0)
        case Power():
            power.switch(domain, step)
        case Flush():
            power.flush(domain)
        case AdoptSnapshot():
            records.adopt(domain, step)
        case EditRecord():
            records.edit(domain, step)
        case SetMetadata():
            records.describe(domain, step)
        case ManagedSave():
            ram.managed_save(domain)
        case SaveTo():
            ram.save_to(domain, step)
        case StartFrom():
            ram.start_from(domain, step)
        case Freeze():
            guest.freeze(domain)
        case Thaw():
            guest.thaw(domain)
        case SetTime():
            guest.set_time(domain)
