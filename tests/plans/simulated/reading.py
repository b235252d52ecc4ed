"""What kvmtui's reader would tell of a simulated machine."""

from __future__ import annotations

from enum import Enum

from kvmtui.host import branches
from kvmtui.model.disk import Disk, ImageSnapshot, Layer, Mirror
from kvmtui.model.domain import Config, Domain
from kvmtui.model.folder import QCOW2, RAM, Folder, StoredFile
from kvmtui.model.job import Job
from kvmtui.model.place import Place, There
from kvmtui.model.snapshot import Forest, SnapshotDisk
from kvmtui.model.value import replace
from kvmtui.model.world import Host, Link, World
from kvmtui.plans import planner
from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.wishes import Wish
from tests.plans.simulated.machine import NAME, Machine
from tests.worlds import FOLDER, GIB, URI, facts

UUID = f"u-{NAME}"


class Sight(Enum):
    """What of the images can be looked at."""

    LOCAL = "local"
    POOL = "pool"
    """Elsewhere, in a storage pool."""
    BLIND = "blind"


def world(machine: Machine, sight: Sight = Sight.LOCAL) -> World:
    """One host with that domain alone."""
    local = sight is Sight.LOCAL
    known = replace(
        facts(machine.libvirt),
        local=local,
        pools=frozenset({FOLDER} if sight is Sight.POOL else ()),
    )
    folders = (Folder(FOLDER, _files(machine)),) if local else ()
    host = Host(URI, link=Link.OPEN, facts=known, domains=(_domain(machine, sight),))
    return World((replace(host, folders=folders),))


def made(shown: World, machine: Machine, wish: Wish, sight: Sight) -> Plan | Refusal:
    """What is planned in that world, once the wish's places were looked at."""
    paths = planner.to_look_at(shown, wish)
    if paths:
        places = tuple(_place(machine, path, sight) for path in paths)
        shown = World((replace(shown.hosts[0], places=places),))
    return planner.make(shown, wish)


def _place(machine: Machine, path: str, sight: Sight) -> Place:
    if sight is Sight.BLIND:
        return Place(path)
    there = There.FILE if path in _names(machine) else There.NOTHING
    real = path if sight is Sight.LOCAL else ""
    return Place(path, there, There.FOLDER, real=real, beside=_names(machine), free=900 * GIB)


def _names(machine: Machine) -> frozenset[str]:
    return frozenset((*machine.images, *machine.images.ram))


def _files(machine: Machine) -> tuple[StoredFile, ...]:
    images = (
        StoredFile(path, QCOW2, frozenset(filter(None, [machine.images[path].backing])), used=1)
        for path in machine.images
    )
    ram = (StoredFile(path, RAM, needs, UUID) for path, needs in machine.images.ram.items())
    return tuple(sorted((*images, *ram), key=lambda stored: stored.path))


def _domain(machine: Machine, sight: Sight) -> Domain:
    config = Config(
        memory=GIB,
        vcpus=1,
        disks=tuple(_disk(machine, target, sight) for target in machine.active),
        errand=machine.errand,
        names=frozenset(machine.active.values()),
    )
    jobs = tuple(Job(disk, job.kind, 1, 1, ready=True) for disk, job in machine.jobs.items())
    return Domain(
        UUID,
        NAME,
        machine.state,
        machine.reason,
        len(machine.records),
        config,
        forest=forest(machine, sight),
        jobs=jobs,
    )


def _disk(machine: Machine, target: str, sight: Sight) -> Disk:
    chain = machine.chain(target)
    whole = sight is not Sight.BLIND or machine.state.active
    job = machine.jobs.get(target)
    kind = job.kind.value.replace(" ", "-") if job else ""
    return Disk(
        target,
        layers=tuple(_layer(machine, path, sight) for path in (chain if whole else chain[:1])),
        complete=whole,
        mirror=Mirror(kind, job.layers[-1], ready=True) if job else None,
        folder=_names(machine) if sight is not Sight.BLIND else None,
        pooled=sight is Sight.POOL,
        free=900 * GIB if sight is not Sight.BLIND else None,
    )


def _layer(machine: Machine, path: str, sight: Sight) -> Layer:
    there = path in machine.images
    image = machine.images[path] if there else None
    inside = None
    if image is not None and sight is Sight.LOCAL:
        inside = tuple(
            ImageSnapshot(name, 0, image.times[name], str(image.numbers[name]))
            for name in image.inside
        )
    return Layer(path, format="qcow2", capacity=GIB, used=1, missing=not there, snapshots=inside)


def forest(machine: Machine, sight: Sight) -> Forest:
    """The records, with what is seen of their images."""
    named = {path for r in machine.records.values() for d in r.disks for path in _paths(d)}
    named |= {r.memory_file for r in machine.records.values()} - {""}
    read = Forest(tuple(machine.records.values()), machine.current, frozenset(named))
    assert not read.tangle, read.tangle

    def below(disk: SnapshotDisk) -> tuple[str, ...] | None:
        seen = machine.images.below(disk.base) if sight is not Sight.BLIND else None
        return disk.below if seen is None and sight is not Sight.LOCAL else seen

    def intact(disk: SnapshotDisk, chain: tuple[str, ...] | None) -> bool | None:
        if not disk.noted or chain is None:
            return None
        if tuple(image.file for image in disk.noted) != (disk.base, *chain):
            return None
        return all(machine.images[image.file].written == image.time for image in disk.noted)

    local = sight is Sight.LOCAL
    told = intact if local else branches.unseen
    return branches.looked_at(read, below, told, all_apart=local)


def _paths(disk: SnapshotDisk) -> tuple[str, ...]:
    return tuple(filter(None, (disk.base, disk.overlay, *(disk.below or ()))))
