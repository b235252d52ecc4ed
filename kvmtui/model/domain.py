"""One domain with everything that has been read of it so far."""

from __future__ import annotations

from enum import Enum

from kvmtui.model.definition import Definition
from kvmtui.model.disk import Disk, Layer
from kvmtui.model.growth import Growth
from kvmtui.model.guest import Channel, Guest
from kvmtui.model.job import Job
from kvmtui.model.outline import Outline
from kvmtui.model.silence import Silence
from kvmtui.model.snapshot import Forest
from kvmtui.model.sorting import natural
from kvmtui.model.value import Value, field

IO_ERROR = "I/O error"
"""Reason of a domain that QEMU has paused because a disk could not be read or written."""

RESTORED = ("reverted", "migrating")
"""Reasons of a domain that is paused since its RAM came from a snapshot or a file."""


class State(Enum):
    """``virDomainState``, in the words of virsh."""

    UNKNOWN = "unknown"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "shutting down"
    OFF = "shut off"
    CRASHED = "crashed"
    ASLEEP = "suspended by guest"

    @property
    def active(self) -> bool:
        """Whether a QEMU process runs for the domain."""
        return self not in (State.OFF, State.UNKNOWN)


class Config(Value, gc=False):
    """What the domain's definition says (``virDomainGetXMLDesc``)."""

    title: str = ""
    description: str = ""
    memory: int = 0
    """Bytes of RAM."""
    vcpus: int = 0
    disks: tuple[Disk, ...] = ()
    channel: Channel = Channel.NONE
    nvram: str = ""
    """Format of the UEFI variable store (raw, qcow2); empty for BIOS."""
    unsaveable: str = ""
    """What keeps its RAM from being saved; empty when nothing does."""
    tpm: bool = False
    """It has a TPM, whose state lies in a file of its own."""
    checkpoints: int = 0
    """Points that incremental backups go on from."""
    managed_save: bool = False
    """A saved RAM image waits for the next start."""
    cramped: str = ""
    """The folder in which libvirt has hardly room for its records of snapshots; else empty."""
    errand: bool = False
    """kvmtui has started it, paused, only for a merge; until somebody resumes it by kvmtui."""
    persistent: bool = True
    """Still defined once it is off."""
    definition: Definition = field(default_factory=Definition)
    """What the domain starts with next time; a revert puts another in its place."""
    names: frozenset[str] = frozenset()
    """Every path that it names, as it runs, as it starts next time and as its RAM was saved."""

    def disk(self, target: str) -> Disk | None:
        """The disk of that target."""
        return next((disk for disk in self.disks if disk.target == target), None)

    @property
    def writable(self) -> tuple[Disk, ...]:
        """The disks that a snapshot deals with."""
        return tuple(disk for disk in self.disks if disk.writable)

    @property
    def ready(self) -> frozenset[str]:
        """The disks whose job is READY, as the definition said when it was read."""
        return frozenset(disk.target for disk in self.disks if disk.mirror and disk.mirror.ready)

    @property
    def depth(self) -> int:
        """Layers of the longest chain."""
        return max((len(disk.layers) for disk in self.disks), default=0)


class Domain(Value, gc=False):
    """A domain; a part that was not read yet is None."""

    uuid: str
    name: str
    state: State = State.UNKNOWN
    reason: str = ""
    """Why it is in that state, where an administrator must know: ``IO_ERROR``, …"""
    snapshot_count: int | None = None
    config: Config | None = None
    outline: Outline | None = None
    """Its snapshots in few words, as long as ``forest`` was not read."""
    forest: Forest | None = None
    guest: Guest | None = None
    held: bool = False
    """kvmtui froze its file systems, and nobody has thawed them since."""
    jobs: tuple[Job, ...] = ()
    growth: tuple[Growth, ...] = ()
    """How fast its images grow; measured only while it is looked at."""
    busy: str = ""
    """What kvmtui itself is doing to this domain now; empty when nothing."""
    denied: frozenset[str] = frozenset()
    """Rights that libvirt was found to deny this connection; see ``plans.rights``."""
    trouble: str = ""
    """Why the last reading of this domain failed; empty when it did not."""
    silence: Silence | None = None
    """An answer about this domain is late; None while none is."""

    @property
    def known(self) -> bool:
        """Everything of it was read once."""
        return self.config is not None and self.forest is not None

    @property
    def stranded(self) -> bool:
        """Started paused for a merge, and nobody is there any more to force it off again."""
        errand = self.config is not None and self.config.errand
        return errand and self.state is State.PAUSED and not self.busy

    def job(self, disk: str) -> Job | None:
        """The job of one disk."""
        return next((job for job in self.jobs if job.disk == disk), None)

    def holds(self, source: str) -> tuple[Disk, Layer] | None:
        """The disk and layer of this domain that ``source`` is, if any."""
        for disk in self.config.disks if self.config else ():
            for layer in disk.layers:
                if layer.source == source:
                    return disk, layer
        return None


def by_name(domain: Domain) -> tuple[object, ...]:
    """A sorting key for lists of domains."""
    return natural(domain.name), domain.uuid
