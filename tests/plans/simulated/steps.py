"""What each step of a plan does to a simulated machine."""

from __future__ import annotations

from kvmtui.model.definition import Definition
from kvmtui.model.domain import State
from kvmtui.model.note import Written
from kvmtui.model.snapshot import Snapshot, SnapshotDisk
from kvmtui.model.value import replace
from kvmtui.plans.steps import (
    AbortJob,
    AdoptSnapshot,
    After,
    Amend,
    AwaitMerged,
    AwaitReady,
    Commit,
    Copy,
    CreateSnapshot,
    DeleteSnapshot,
    EditRecord,
    Flush,
    Pivot,
    Power,
    Pull,
    Redefine,
    RemoveFile,
    RestoreRam,
    RevertSnapshot,
    StartOver,
    Step,
    Verb,
    Vouch,
)
from tests.plans.simulated import deleting, jobs
from tests.plans.simulated.machine import Machine, Refused


def perform(machine: Machine, step: Step) -> None:
    """One step; raises ``Refused``, or ``Gone`` where an image is missing."""
    match step:
        case CreateSnapshot():
            create(machine, step)
        case RevertSnapshot():
            revert(machine, step)
        case DeleteSnapshot():
            deleting.delete(machine, step)
        case StartOver():
            start_over(machine, step)
        case RestoreRam():
            restore_ram(machine, step)
        case Redefine():
            redefine(machine, step)
        case Amend():
            amend(machine, step)
        case Vouch():
            vouch(machine, step)
        case EditRecord():
            edit(machine, step)
        case AdoptSnapshot():
            adopt(machine, step)
        case RemoveFile():
            deleting.remove(machine, step)
        case Power():
            switch(machine, step)
        case Commit() | Pull() | Copy() | AwaitReady() | AwaitMerged() | Pivot() | AbortJob():
            jobs.perform(machine, step)
        case Flush():
            if machine.state is not State.RUNNING:
                raise Refused("the guest does not run")
        case _:
            raise AssertionError(f"not simulated: {step}")


def create(machine: Machine, step: CreateSnapshot) -> None:
    """All overlays are made, or the internal snapshots are."""
    if step.name in machine.records or machine.jobs:
        raise Refused(f"{step.name} is there, or a job runs")
    if step.memory_file in machine.images.ram:
        raise Refused(f"{step.memory_file} is there")
    modes = {target.disk: (target.mode, target.file) for target in step.targets}
    if step.memory_file:
        machine.images.ram[step.memory_file] = frozenset(machine.active.values())
    machine.add(step.name, modes, step.memory_file)
    for target, (mode, overlay) in modes.items():
        if mode == "external":
            machine.images.make(overlay, machine.active[target])
            machine.active[target] = overlay
        elif mode == "internal":
            if step.name in machine.images[machine.active[target]].inside:
                raise Refused(f"{step.name} is in the image")
            machine.images.save(machine.active[target], step.name, machine.clock)


def revert(machine: Machine, step: RevertSnapshot) -> None:
    """libvirt's own, to internal snapshots: the images of then are rewritten."""
    if machine.jobs:
        raise Refused("a job runs")
    record = machine.record(step.snapshot)
    for disk in record.disks:
        if disk.mode == "internal":
            machine.images.load(disk.base, step.snapshot)
    for disk in record.disks:
        machine.active[disk.target] = disk.base
    after = step.after.value if step.after is not After.RECORDED else record.state
    machine.state = {"running": State.RUNNING, "paused": State.PAUSED}.get(after, State.OFF)
    machine.reason = "reverted" if machine.state is State.PAUSED else ""
    machine.errand = False
    machine.current = step.snapshot


def start_over(machine: Machine, step: StartOver) -> None:
    """The definition of then, on new overlays."""
    if machine.state is not State.OFF:
        raise Refused("it runs")
    record = machine.record(step.snapshot)
    files = {target.disk: target.file for target in step.targets if target.file}
    for disk in record.disks:
        if disk.target in files:
            machine.images.make(files[disk.target], disk.base)
            machine.active[disk.target] = files[disk.target]
        elif disk.target not in step.stay:
            machine.active[disk.target] = disk.base


def restore_ram(machine: Machine, step: RestoreRam) -> None:
    """The guest goes on in these overlays."""
    if step.file not in machine.images.ram:
        raise Refused(f"{step.file} is missing")
    if any(disk.file and machine.active[disk.disk] != disk.file for disk in step.disks):
        raise Refused("other layers are on these disks")
    machine.state = State.PAUSED if step.paused else State.RUNNING
    machine.reason = "migrating" if step.paused else ""


def redefine(machine: Machine, step: Redefine) -> None:
    """Other overlays in a record."""
    files = dict(step.overlays)
    record = machine.record(step.snapshot)
    machine.records[step.snapshot] = replace(
        record,
        disks=tuple(replace(d, overlay=files.get(d.target, d.overlay)) for d in record.disks),
        unfinished=tuple(target for target in record.unfinished if target not in files),
    )
    if step.current:
        machine.current = step.snapshot


def amend(machine: Machine, step: Amend) -> None:
    """Records name the base instead of a layer that is gone, and less layers below."""
    for name in step.snapshots:
        disk = machine.record(name).disk(step.disk)
        if disk is None:
            continue
        below = tuple(la for la in disk.below or () if la not in step.between)
        recorded = disk.chain_recorded
        base = disk.base
        if base == step.merged:
            base, recorded = step.base, below[:1] == (step.base,)
            below = below[1:]
        below = tuple(layer for layer in below if layer != step.merged)
        machine.rewrite(
            name,
            step.disk,
            base=base,
            chain_recorded=recorded,
            below=below if recorded else None,
        )


def vouch(machine: Machine, step: Vouch) -> None:
    """The times of the images, in the records."""
    for name in step.snapshots:
        disk = machine.records[name].disk(step.disk) if name in machine.records else None
        below = machine.images.below(disk.base) if disk else None
        if disk is None or below is None:
            if step.must:
                raise Refused(f"{name} or an image of it is missing")
            continue
        times = (Written(path, machine.images[path].written) for path in (disk.base, *below))
        machine.rewrite(name, step.disk, noted=tuple(times))


def edit(machine: Machine, step: EditRecord) -> None:
    """A record under another name, too, below another parent, or as the current one."""
    record = machine.record(step.snapshot)
    name = step.name or record.name
    parent = step.parent if step.parent is not None else record.parent
    if step.name in machine.records or (parent and parent not in machine.records):
        raise Refused(f"{step.name} is there, or {parent} is not")
    machine.records[name] = replace(record, name=name, parent=parent)
    if step.current:
        machine.current = name


def adopt(machine: Machine, step: AdoptSnapshot) -> None:
    """A root, of the present images."""
    if step.snapshot in machine.records:
        raise Refused(f"{step.snapshot} is there")
    disks = tuple(
        SnapshotDisk(target, "internal", base=machine.active[target], chain_recorded=False)
        for target in step.inside
    )
    machine.records[step.snapshot] = Snapshot(
        step.snapshot,
        None,
        step.created,
        step.description,
        state="shutoff",
        disks=disks,
        definition=Definition(),
    )


def switch(machine: Machine, step: Power) -> None:
    """Starting needs all images; ending ends all jobs."""
    if step.only_paused and machine.state is not State.PAUSED:
        raise Refused("it is not paused")
    match step.verb:
        case Verb.START | Verb.START_PAUSED:
            if machine.state is not State.OFF:
                raise Refused("it runs")
            for target in machine.active:
                machine.images.read(machine.active[target])
            paused = step.verb is Verb.START_PAUSED
            machine.state = State.PAUSED if paused else State.RUNNING
            machine.errand = step.for_merge
        case Verb.FORCE_OFF:
            machine.state, machine.errand = State.OFF, False
            machine.jobs.clear()
        case Verb.PAUSE:
            machine.state = State.PAUSED
        case Verb.RESUME:
            machine.state, machine.errand = State.RUNNING, False
        case _:
            raise AssertionError(f"not simulated: {step}")
    machine.reason = ""
