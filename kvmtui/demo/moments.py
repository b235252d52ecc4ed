"""The libvirt XML of the fleet's snapshots."""

from __future__ import annotations

from lxml import etree
from lxml.builder import E

from kvmtui.demo.definitions import Flavour, domain
from kvmtui.demo.fleet import Kind, Machine, Snapshot
from kvmtui.demo.places import Places

DAY = 86400
"""Seconds."""


def request(machine: Machine, snapshot: Snapshot, places: Places) -> etree._Element:
    """What to ask libvirt for, so that it takes this snapshot."""
    element: etree._Element = E.domainsnapshot(
        E.name(snapshot.name),
        E.description(snapshot.description),
        E.memory(_memory(machine, snapshot, places)),
        _disks(machine, snapshot, places),
    )
    return element


def age(element: etree._Element, snapshot: Snapshot, now: float) -> None:
    """Give a snapshot that libvirt has just taken the age and parent it has in the fleet.

    ``now`` is in seconds since the epoch.
    """
    _replace(element, "creationTime", E.creationTime(str(int(now - snapshot.days * DAY))))
    parents = [] if snapshot.parent is None else [E.parent(E.name(snapshot.parent))]
    _replace(element, "parent", *parents)


def record(
    machine: Machine, snapshot: Snapshot, places: Places, flavour: Flavour, now: float
) -> etree._Element:
    """A complete snapshot as libvirt would have stored it, for a driver that cannot take it."""
    element = request(machine, snapshot, places)
    if snapshot.parent is not None:
        element.append(E.parent(E.name(snapshot.parent)))
    element.append(E.state(_state(snapshot.kind)))
    element.append(E.creationTime(str(int(now - snapshot.days * DAY))))
    earlier = machine.snapshots[: machine.snapshots.index(snapshot)]
    depth = sum(one.kind.external for one in earlier)
    element.append(domain(machine, places, flavour, depth))
    element.append(E.active(str(int(snapshot is machine.snapshots[-1]))))
    return element


def _state(kind: Kind) -> str:
    if kind is Kind.DISK_ONLY:
        return "disk-snapshot"
    return "running" if kind.running else "shutoff"


def _memory(machine: Machine, snapshot: Snapshot, places: Places) -> dict[str, str]:
    if snapshot.kind is Kind.EXTERNAL_RAM:
        return {"snapshot": "external", "file": str(places.memory(machine, snapshot))}
    return {"snapshot": "internal" if snapshot.kind is Kind.INTERNAL_RAM else "no"}


def _disks(machine: Machine, snapshot: Snapshot, places: Places) -> etree._Element:
    disks: etree._Element = E.disks()
    for disk in machine.disks:
        mode = "no" if disk.cdrom else "external" if snapshot.kind.external else "internal"
        element = E.disk({"name": disk.target, "snapshot": mode})
        if mode == "external":
            element.append(E.driver({"type": "qcow2"}))
            element.append(E.source({"file": str(places.overlay(machine, disk, snapshot))}))
        disks.append(element)
    return disks


def _replace(element: etree._Element, tag: str, *replacements: etree._Element) -> None:
    for old in element.findall(tag):
        element.remove(old)
    element.extend(replacements)
