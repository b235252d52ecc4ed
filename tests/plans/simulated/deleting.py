"""How snapshots and files go."""

from __future__ import annotations

from kvmtui.model.snapshot import Kind, Snapshot
from kvmtui.plans.steps import DeleteSnapshot, RemoveFile
from tests.plans.simulated.machine import Machine, Refused

KEPT = 11_000_000
"""Before, forgetting a record rewrites those below it, and an original image is unlinked, too."""

CHILD = 10_000_000
"""Before, the overlay of the record itself is merged, and nothing beside the branch goes."""

OTHERS = 12_000_000
"""From here on images on other branches are rebased, if a record names them."""


def delete(machine: Machine, step: DeleteSnapshot) -> None:
    """``virDomainSnapshotDelete``."""
    if machine.jobs and not step.metadata_only:
        raise Refused("a job runs")
    record = machine.record(step.snapshot)
    below = machine.descendants(step.snapshot)
    if step.metadata_only:
        if machine.libvirt < KEPT and set(below) - {*step.keeps}:
            raise Refused("records below would be rewritten")
    elif record.kind is not Kind.EXTERNAL:
        _from_inside(machine, record)
    elif step.snapshot in machine.ancestors(machine.current):
        if not step.merges:
            raise Refused("it is on the branch")
        _merge(machine, record)
    else:
        _unlink(machine, record)
    machine.forget(step.snapshot)


def _from_inside(machine: Machine, record: Snapshot) -> None:
    for disk in record.disks:
        if disk.mode == "internal":
            if machine.state.active and machine.active[disk.target] != disk.base:
                raise Refused(f"{disk.base} is not active")
            machine.images.drop(disk.base, record.name)


def _merge(machine: Machine, record: Snapshot) -> None:
    """What was written since the snapshot goes down into the image that it preserves."""
    children = [s for s in machine.records.values() if s.parent == record.name]
    if len(children) > 1 or (children and machine.current == record.name):
        raise Refused("it has children, or is the current one")
    child = children[0] if children else None
    for disk in record.disks:
        if disk.mode != "external":
            continue
        later = child.disk(disk.target) if child else None
        active = machine.active[disk.target]
        top = (later.base if later else "") or (disk.overlay if child else active)
        top = top if machine.libvirt >= CHILD else disk.overlay
        chain = machine.chain(disk.target)
        if top not in chain or chain[chain.index(top) + 1 :][:1] != (disk.base,):
            raise Refused(f"{top} does not stand on {disk.base}")
        machine.images.merge((top, disk.base))
        if top == active:
            machine.active[disk.target] = disk.base
        else:
            machine.images.rebase(chain[chain.index(top) - 1], disk.base)
        _follow(machine, record, disk.target, top, disk.base)
        machine.images.remove(top)


def _follow(machine: Machine, gone: Snapshot, target: str, top: str, base: str) -> None:
    """The records below, and from 12 on the images that they name."""
    for name in machine.descendants(gone.name):
        disk = machine.records[name].disk(target)
        if disk is None:
            continue
        away = name not in machine.ancestors(machine.current)
        if away and machine.libvirt >= OTHERS and disk.base in machine.images.standing_on(top):
            machine.images.rebase(disk.base, base)
        below = disk.below and tuple(la for la in disk.below if la not in (top, base))
        if disk.base == top:
            machine.rewrite(name, target, base=base, below=below)
        elif disk.below is not None:
            kept = tuple(layer for layer in disk.below if layer != top)
            machine.rewrite(name, target, below=kept)


def _unlink(machine: Machine, record: Snapshot) -> None:
    """A leaf beside the branch: libvirt removes what it preserves, whoever needs it."""
    if machine.libvirt < CHILD or machine.descendants(record.name):
        raise Refused("it is beside the branch")
    for disk in record.disks:
        above = machine.preserving(record.name, disk.target)
        made = above is not None and above.kind is Kind.EXTERNAL
        if disk.mode == "external" and (made or machine.libvirt < KEPT):
            machine.images.remove(disk.base)
    machine.images.remove(record.memory_file)


def remove(machine: Machine, step: RemoveFile) -> None:
    """As kvmtui does it: not while anything names the file."""
    named = _user(machine, step.file)
    if named:
        raise Refused(f"{step.file} is needed by {named}")
    machine.images.remove(step.file)


def _user(machine: Machine, file: str) -> str:
    images = machine.images
    for target in machine.active:
        if file in machine.chain(target):
            return target
    for record in machine.records.values():
        for disk in record.disks:
            if file in (*images.chain(disk.base), *(disk.below or ())):
                return record.name
        if file == record.memory_file:
            return record.name
    named = [ram for ram, needs in images.ram.items() if file in needs and ram != file]
    return next(iter((*images.standing_on(file), *named)), "")
