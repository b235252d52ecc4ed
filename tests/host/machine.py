"""Blank machines on the embedded host: asked of libvirt itself, behind kvmtui's back."""

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

HMP = 1
"""VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP"""


@dataclass(frozen=True)
class Machine:
    """A domain without a system; disk n holds the byte 0x11 * (n + 1) in its first page."""

    handle: Any
    """libvirt's own virDomain."""
    name: str
    disks: tuple[Path, ...]

    @property
    def running(self) -> bool:
        return bool(self.handle.isActive())

    @property
    def state(self) -> int:
        """A virDomainState."""
        return int(self.handle.state(0)[0])

    def start(self) -> None:
        self.handle.create()

    def off(self) -> None:
        with suppress(libvirt.libvirtError):
            self.handle.destroy()

    def remove(self) -> None:
        """Off and undefined; the files stay."""
        self.off()
        flags = libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
        with suppress(libvirt.libvirtError):
            self.handle.undefineFlags(flags | libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE)

    def _disk(self, target: str) -> etree._Element:
        root = etree.fromstring(self.handle.XMLDesc(0))
        return next(d for d in root.iterfind("devices/disk") if _target(d) == target)

    def sources(self) -> dict[str, Path]:
        """The active image of each disk."""
        root = etree.fromstring(self.handle.XMLDesc(0))
        return {
            _target(d): Path(source.get("file", ""))
            for d in root.iterfind("devices/disk")
            if (source := d.find("source")) is not None
        }

    def chain(self, target: str = "vda") -> tuple[str, ...]:
        """File names from the active layer down, as the images themselves say."""
        return tuple(Path(part["filename"]).name for part in disk.info(self.sources()[target]))

    def recorded(self) -> dict[str, str | None]:
        """Name and parent of every snapshot."""
        found = {}
        for snapshot in self.handle.listAllSnapshots(0):
            root = etree.fromstring(snapshot.getXMLDesc(0))
            found[snapshot.getName()] = root.findtext("parent/name")
        return found

    def current(self) -> str | None:
        if not self.handle.hasCurrentSnapshot(0):
            return None
        return str(self.handle.snapshotCurrent(0).getName())

    def write(self, target: str, pattern: int, *, offset: int = 0, length: int = disk.PAGE) -> None:
        """What a guest's write does, running or off."""
        if not self.running:
            disk.write(self.sources()[target], pattern, offset=offset, length=length)
            return
        for order in (f"write -P {pattern} {offset} {length}", "flush"):
            said = self.monitor(f'qemu-io -d {self._device(target)} "{order}"', HMP)
            assert not said, said

    def flush(self, target: str = "vda") -> None:
        """Has a running QEMU write down where it has put what it copied."""
        self.monitor(f'qemu-io -d {self._device(target)} "flush"', HMP)

    def monitor(self, command: str, flags: int = 0) -> str:
        """An order to QEMU itself."""
        return str(libvirt_qemu.qemuMonitorCommand(self.handle, command, flags))

    def _device(self, target: str) -> str:
        number = ord(target[-1]) - ord("a")
        reply = json.loads(self.monitor(json.dumps({"execute": "query-block"})))
        names = (str(block.get("qdev", "")) for block in reply["return"])
        return next(name for name in names if re.search(rf"/virtio-disk{number}/", name))


def _target(node: etree._Element) -> str:
    target = node.find("target")
    return target.get("dev", "") if target is not None else ""


def define(handle: Any, name: str, folder: Path, *, disks: int = 1, mib: int = 24) -> Machine:
    """A machine, off, with its images in ``folder``."""
    images = []
    for number in range(disks):
        path = disk.create(folder / f"{name}-vd{chr(ord('a') + number)}.qcow2", mib=mib)
        disk.write(path, 0x11 * (number + 1))
        images.append(path)
    return Machine(handle.defineXML(xml.blank(name, images)), name, tuple(images))
