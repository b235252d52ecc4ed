"""A lab domain and its disks; the plain kind has no system and only carries patterns."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import libvirt
import libvirt_qemu
from lxml import etree

from tests.lab import disk, xml
from tests.lab.daemon import Daemon

STATES = {1: "running", 3: "paused", 4: "in shutdown", 5: "shut off", 6: "crashed"}
"""virDomainState in virsh's words."""

ALL_OF_IT = 1 | 2 | 4 | 16
"""VIR_DOMAIN_UNDEFINE_…: managed save, metadata of snapshots and of checkpoints, NVRAM."""

BY_A_USER = (3, 1)
"""VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER"""

VALIDATE = 1
"""VIR_DOMAIN_DEFINE_VALIDATE"""

HALTS = bytes(65_536 - 16) + b"\xfa\xf4\xeb\xfc" + bytes(12)
"""Firmware that only halts; to look for a system to boot takes a tenth of a second."""

HMP = 1
"""VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP"""

monitor = libvirt_qemu.qemuMonitorCommand


@dataclass(frozen=True)
class LabDomain:
    """A domain defined in the lab's daemon, behind kvmtui's back."""

    daemon: Daemon
    name: str
    disks: tuple[Path, ...]
    """The images the domain was defined with: vda, vdb, ..."""

    @property
    def handle(self) -> Any:
        """libvirt's own virDomain."""
        return self.daemon.connection.lookupByName(self.name)

    @property
    def state(self) -> str:
        """As virsh says it: running, paused, shut off, ..."""
        return STATES[self.handle.state()[0]]

    @property
    def power(self) -> str:
        """The same in the words of the table: off instead of shut off."""
        return self.state.removeprefix("shut ")

    def start(self) -> None:
        self.handle.create()

    def destroy(self) -> None:
        """Pulls the plug; nothing happens when it is off."""
        with suppress(libvirt.libvirtError):
            self.handle.destroy()

    def remove(self) -> None:
        """Off, and undefined with all libvirt knows of it; the disks' files stay."""
        self.destroy()
        with suppress(libvirt.libvirtError):
            self.handle.undefineFlags(ALL_OF_IT)

    def sources(self) -> dict[str, Path]:
        """The active image of each target, now: {"vda": Path(...)}."""
        disks = etree.fromstring(self.handle.XMLDesc()).iterfind("devices/disk")
        found = {d.find("target"): d.find("source") for d in disks}
        return {
            target.get("dev", ""): Path(source.get("file", ""))
            for target, source in found.items()
            if target is not None and source is not None
        }

    def write(self, target: str, pattern: int, *, offset: int = 0, length: int = disk.PAGE) -> None:
        """What a guest's write does to the disk, running or off: fills bytes with `pattern`."""
        if self.state == "shut off":
            disk.write(self.sources()[target], pattern, offset=offset, length=length)
            return
        self._order(target, f"write -P {pattern} {offset} {length}", "flush")

    def flush(self) -> None:
        """Has a running domain's QEMU write down where everything lies, as a guest's flush does."""
        for target in self.sources() if self._obeys else ():
            self._order(target, "flush")

    @property
    def withholds(self) -> bool:
        """Its QEMU cannot be told to write down where everything lies, as after a pull."""
        return self.state == "paused" and not self._obeys

    @property
    def _obeys(self) -> bool:
        """QEMU has its images: one that is paused since its RAM came back aborts on a write."""
        return self.state == "running" or tuple(self.handle.state()) == BY_A_USER

    def _order(self, target: str, *orders: str) -> None:
        device = self._device(target)
        for order in orders:
            said = monitor(self.handle, f'qemu-io -d {device} "{order}"', HMP)
            if said:  # QEMU answers only errors
                raise RuntimeError(f"{order} on {target} of {self.name}: {said}")

    def holds(self, target: str, pattern: int, *, offset: int = 0, length: int = disk.PAGE) -> bool:
        """Whether the disk, read through its chain, has `pattern` there."""
        return disk.holds(self.sources()[target], pattern, offset=offset, length=length)

    def _device(self, target: str) -> str:
        """Path of the disk's back end in QEMU's object tree."""
        reply = json.loads(monitor(self.handle, json.dumps({"execute": "query-block"}), 0))
        number = ord(target[-1]) - ord("a")
        for block in reply["return"]:
            device = str(block.get("qdev", ""))
            if re.search(rf"/virtio-disk{number}/", device):
                return device
        raise LookupError(f"{self.name} has no {target}: {reply}")


def define_blank(
    daemon: Daemon, name: str, directory: Path, *, disks: int = 1, mib: int = 16
) -> LabDomain:
    """A domain without a system, off, of `disks` qcow2 images `NAME-vda.qcow2`, ... in `directory`.

    Disk n (from 0) holds the byte 0x11 * (n + 1) in its first 64 KiB, and nothing else.
    """
    images = []
    for number in range(disks):
        path = disk.create(directory / f"{name}-vd{chr(ord('a') + number)}.qcow2", mib=mib)
        disk.write(path, 0x11 * (number + 1))
        images.append(path)
    firmware = directory / "halts.bin"
    firmware.write_bytes(HALTS)
    define(daemon, xml.blank(name, images, firmware=firmware))
    return LabDomain(daemon, name, tuple(images))


def define(daemon: Daemon, text: str) -> None:
    """Gives domain XML to the daemon."""
    daemon.connection.defineXMLFlags(text, VALIDATE)
