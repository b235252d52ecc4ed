"""Where every file of the demo lies under its root folder."""

from __future__ import annotations

from pathlib import Path

from kvmtui.demo.fleet import Disk, Machine, Snapshot
from kvmtui.model.value import Value


class Places(Value):
    """The layout below ``root``, which alone holds everything the demo makes."""

    root: Path

    @property
    def images(self) -> Path:
        """Disk images and saved memory."""
        return self.root / "images"

    @property
    def state(self) -> Path:
        """The app's own state (its journal)."""
        return self.root / "state"

    @property
    def libvirt_log(self) -> Path:
        """What libvirt would otherwise write on the screen."""
        return self.root / "log" / "libvirt.log"

    @property
    def runtime(self) -> Path:
        """What libvirt takes for the user's runtime folder."""
        return self.root / "user"

    @property
    def qemu_conf(self) -> Path:
        """Configuration that the embedded driver reads."""
        return self.root / "etc" / "qemu.conf"

    @property
    def node(self) -> Path:
        """The host that libvirt's test driver reads."""
        return self.root / "etc" / "node.xml"

    def base(self, machine: Machine, disk: Disk) -> Path:
        """The oldest layer of a disk."""
        suffix = "qcow2" if disk.format == "qcow2" else "img"
        return self.images / f"{_stem(machine, disk)}.{suffix}"

    def overlay(self, machine: Machine, disk: Disk, snapshot: Snapshot) -> Path:
        """The layer that an external snapshot begins, named as libvirt names it."""
        return self.images / f"{_stem(machine, disk)}.{snapshot.name}"

    def memory(self, machine: Machine, snapshot: Snapshot) -> Path:
        """Saved memory of an external snapshot."""
        return self.images / f"{machine.name}.{snapshot.name}.mem"

    def chain(self, machine: Machine, disk: Disk) -> list[Path]:
        """All layers of a disk in the complete fleet, base first."""
        overlays = [self.overlay(machine, disk, snapshot) for snapshot in machine.overlays()]
        return [self.base(machine, disk), *overlays]


def _stem(machine: Machine, disk: Disk) -> str:
    return machine.name if disk is machine.disks[0] else f"{machine.name}-{disk.target}"
