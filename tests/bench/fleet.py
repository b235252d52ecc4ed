"""Domains with chains of snapshots, written as libvirtd would have written them.

A daemon that starts finds them. To define them one by one would take minutes for ten thousand
snapshots; nothing else about them is different.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from textwrap import indent
from uuid import NAMESPACE_DNS, uuid5

from tests.lab.missing import program

PORTS = 8
"""PCI ports of a domain, as many as virt-install gives it."""

TWO_DISKS = 4
"""Every so manieth domain has a second disk, which its snapshots leave out."""

LONG_AGO = 1_700_000_000
HOUR = 3600

DOMAIN = re.compile(r"\bnode-\d{5}\b")
SNAPSHOT = re.compile(r"\bat-(\d{5})-\d{3}\b")
"""The names on a screen; a snapshot's tells of which domain it is."""


@dataclass(frozen=True)
class Fleet:
    """Domains that are off, each with as many external snapshots, one on top of the other."""

    domains: int
    snapshots: int = 10

    @staticmethod
    def name(number: int) -> str:
        """Sorted by name they are sorted by number."""
        return f"node-{number:05}"

    @staticmethod
    def snapshot(number: int, level: int) -> str:
        return f"at-{number:05}-{level:03}"

    def write(self, configuration: Path, images: Path) -> None:
        """Writes definitions, records of snapshots, and the images, which hold nothing."""
        template = (Path(__file__).with_name("domain.xml")).read_text()
        copied = _Images(images)
        for number in range(self.domains):
            name = self.name(number)
            layers = [images / f"{name}.qcow2"]
            layers += [
                images / f"{name}.{self.snapshot(number, level)}"
                for level in range(1, self.snapshots + 1)
            ]
            extra = [images / f"{name}-data.qcow2"] if number % TWO_DISKS == 0 else []
            copied.chain(layers)
            copied.chain(extra)
            definitions = [_definition(template, name, [layer, *extra]) for layer in layers]
            (configuration / f"{name}.xml").write_text(definitions[-1])
            records = configuration / "snapshot" / name
            records.mkdir(parents=True)
            for level, (definition, (_, above)) in enumerate(
                zip(definitions, pairwise(layers), strict=False), start=1
            ):
                record = self._record(number, level, definition, above, extra)
                (records / f"{self.snapshot(number, level)}.xml").write_text(record)

    def _record(
        self, number: int, level: int, definition: str, above: Path, extra: list[Path]
    ) -> str:
        parent = self.snapshot(number, level - 1)
        lines = [
            "<domainsnapshot>",
            f"  <name>{self.snapshot(number, level)}</name>",
            f"  <description>before the update of month {level}</description>",
            "  <state>shutoff</state>",
            f"  <parent>\n    <name>{parent}</name>\n  </parent>" if level > 1 else "",
            f"  <creationTime>{LONG_AGO + (number + level * 700) * HOUR}</creationTime>",
            "  <memory snapshot='no'/>",
            "  <disks>",
            "    <disk name='vda' snapshot='external' type='file'>",
            "      <driver type='qcow2'/>",
            f"      <source file='{above}'/>",
            "    </disk>",
            *("    <disk name='vdb' snapshot='no'/>" for _ in extra),
            "  </disks>",
            indent(definition.rstrip("\n"), "  "),
            f"  <active>{int(level == self.snapshots)}</active>",
            "</domainsnapshot>\n",
        ]
        return "\n".join(filter(None, lines))


class _Images:
    """qcow2 files of some hundred bytes, made from one that qemu-img has made."""

    LONGEST = 200
    """Bytes that the name of a layer below may have."""

    def __init__(self, folder: Path) -> None:
        self._base = self._made(folder / "base", [])
        below = folder / ("x" * (self.LONGEST - len(str(folder)) - 1))
        below.write_bytes(self._base)
        self._overlay = self._made(folder / "overlay", ["-b", str(below), "-F", "qcow2"])
        self._place = self._overlay.index(str(below).encode())
        below.unlink()

    @staticmethod
    def _made(path: Path, more: list[str]) -> bytes:
        argv = [program("qemu-img", "qemu-utils"), "create", "-q", "-f", "qcow2"]
        argv += ["-o", "cluster_size=512", *more, str(path), "8M"]
        subprocess.run(argv, check=True)
        data = path.read_bytes()
        path.unlink()
        return data

    def chain(self, layers: list[Path]) -> None:
        """Writes the layers, the lowest first."""
        for below, layer in zip([None, *layers], layers, strict=False):
            layer.write_bytes(self._overlay_of(below) if below else self._base)

    def _overlay_of(self, below: Path) -> bytes:
        name = str(below).encode()
        data = bytearray(self._overlay)
        data[16:20] = len(name).to_bytes(4, "big")
        data[self._place : self._place + self.LONGEST] = name.ljust(self.LONGEST, b"\0")
        return bytes(data)


def _definition(template: str, name: str, disks: list[Path]) -> str:
    uuid = uuid5(NAMESPACE_DNS, f"{name}.bench.kvmtui")
    values = {
        "NAME": name,
        "UUID": str(uuid),
        "MAC": "52:54:00:" + ":".join(f"{byte:02x}" for byte in uuid.bytes[:3]),
        "DISKS": "".join(_disk(index, path) for index, path in enumerate(disks)),
        "PORTS": "".join(_ports()),
    }
    return re.sub(r"@([A-Z]+)@", lambda found: values[found[1]], template)


def _disk(index: int, path: Path) -> str:
    return f"""\
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' discard='unmap'/>
      <source file='{path}'/>
      <target dev='vd{chr(ord("a") + index)}' bus='virtio'/>
      <address type='pci' domain='0x0000' bus='{4 + index:#04x}' slot='0x00' function='0x0'/>
    </disk>
"""


def _ports() -> Iterator[str]:
    for number in range(1, PORTS + 1):
        first = " multifunction='on'" if number == 1 else ""
        yield f"""\
    <controller type='pci' index='{number}' model='pcie-root-port'>
      <model name='pcie-root-port'/>
      <target chassis='{number}' port='{0xF + number:#x}'/>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x03' function='{number - 1:#x}'{first}/>
    </controller>
"""
