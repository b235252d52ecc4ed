"""Domain XML of lab guests: QEMU under TCG, one virtual CPU, qcow2 disks on virtio."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import NAMESPACE_DNS, uuid5

from lxml import etree
from lxml.builder import E  # lxml-stubs leaves it out
from lxml.etree import _Element

from tests.lab.image import Image

AGENT = "org.qemu.guest_agent.0"
SHELL = "kvmtui.lab.0"
COMMAND_LINE = "console=ttyS0 quiet panic=1 mitigations=off random.trust_cpu=on"


def blank(name: str, disks: Sequence[Path], *, firmware: Path | None = None) -> str:
    """A computer of 32 MiB with disks and nothing to boot: it runs within a third of a second.

    With `firmware` it runs that instead of a BIOS that looks for a system.
    """
    system = E.os(E.type("hvm", machine="q35"))
    if firmware is not None:
        system.append(E.loader(str(firmware), readonly="yes", type="rom"))
    return _domain(name, 32, system, _disks(disks))


def guest(
    name: str, disks: Sequence[Path], *, image: Image, shell: Path, console: Path, machine: str
) -> str:
    """A computer of 192 MiB that boots the lab's image; its agent, shell and console are wired."""
    system = E.os(
        E.type("hvm", machine=machine),
        E.kernel(str(image.kernel)),
        E.initrd(str(image.initramfs)),
        E.cmdline(f"{COMMAND_LINE} lab.name={name}"),
    )
    agent = E.channel(E.target(type="virtio", name=AGENT), type="unix")
    orders = E.channel(
        E.source(mode="bind", path=str(shell)),
        E.target(type="virtio", name=SHELL),
        type="unix",
    )
    serial = E.serial(E.source(path=str(console)), E.target(port="0"), type="file")
    return _domain(name, 192, system, [*_disks(disks), agent, orders, serial])


def _disks(paths: Sequence[Path]) -> list[_Element]:
    return [
        E.disk(
            E.driver(name="qemu", type="qcow2"),
            E.source(file=str(path)),
            E.target(dev=f"vd{chr(ord('a') + index)}", bus="virtio"),
            type="file",
            device="disk",
        )
        for index, path in enumerate(paths)
    ]


def _domain(name: str, mib: int, system: _Element, devices: Sequence[_Element]) -> str:
    domain = E.domain(
        E.name(name),
        E.uuid(str(uuid5(NAMESPACE_DNS, f"{name}.lab.kvmtui"))),
        E.memory(str(mib), unit="MiB"),
        E.vcpu("1"),
        system,
        E.features(E.acpi(), E.apic()),
        E.on_reboot("restart"),
        E.devices(*devices, E.memballoon(model="virtio")),
        type="qemu",
    )
    return etree.tostring(domain, encoding="unicode", pretty_print=True)
