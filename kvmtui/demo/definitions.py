"""The libvirt XML of the fleet's machines."""

from __future__ import annotations

import uuid
from pathlib import Path

from lxml import etree
from lxml.builder import E

from kvmtui.demo.fleet import Disk, Machine
from kvmtui.demo.places import Places
from kvmtui.model.value import Value

_NAMESPACE = uuid.UUID("6b766d74-7569-5d64-b56d-6f2d666c6565")


class Flavour(Value):
    """What differs between the two drivers."""

    domain_type: str
    cache: str | None = None
    """The ``cache`` attribute of disk drivers; None leaves QEMU's default."""


def domain(machine: Machine, places: Places, flavour: Flavour, depth: int) -> etree._Element:
    """The definition of a machine whose disks stand on their layer number ``depth`` (0 = base)."""
    element: etree._Element = E.domain(
        {"type": flavour.domain_type},
        E.name(machine.name),
        E.uuid(str(uuid.uuid5(_NAMESPACE, machine.name))),
        E.title(machine.title),
        E.description(machine.description),
        E.memory({"unit": "MiB"}, str(machine.memory)),
        E.vcpu("1"),
        E.os(E.type({"arch": "x86_64"}, "hvm")),
        E.devices(
            *(_disk(machine, disk, places, flavour, depth) for disk in machine.disks),
            E.controller({"type": "usb", "model": "none"}),
            *([_agent()] if machine.agent else []),
            E.memballoon({"model": "none"}),
        ),
    )
    return element


def _disk(
    machine: Machine, disk: Disk, places: Places, flavour: Flavour, depth: int
) -> etree._Element:
    if disk.cdrom:
        drive: etree._Element = E.disk(
            {"type": "file", "device": "cdrom"},
            E.driver({"name": "qemu", "type": "raw"}),
            E.target({"dev": disk.target, "bus": disk.bus}),
            E.readonly(),
        )
        return drive
    layer: Path = places.chain(machine, disk)[depth]
    driver = {"name": "qemu", "type": "qcow2" if depth else disk.format}
    if flavour.cache is not None:
        driver["cache"] = flavour.cache
    element: etree._Element = E.disk(
        {"type": "file", "device": "disk"},
        E.driver(driver),
        E.source({"file": str(layer)}),
        E.target({"dev": disk.target, "bus": disk.bus}),
    )
    return element


def _agent() -> etree._Element:
    target = E.target({"type": "virtio", "name": "org.qemu.guest_agent.0"})
    element: etree._Element = E.channel({"type": "unix"}, target)
    return element
