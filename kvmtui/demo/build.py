"""Makes the fleet on the embedded host, machine after machine, stopping where it is told to."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any, TypeAlias

from lxml import etree

from kvmtui.demo import images
from kvmtui.demo.definitions import Flavour, domain
from kvmtui.demo.fleet import ERP, FLEET, Kind, Machine, Power, Snapshot
from kvmtui.demo.moments import age, request
from kvmtui.demo.places import Places

Libvirt: TypeAlias = Any
"""An object of libvirt's Python bindings, which carry no types."""

CREATE_REDEFINE = 1
CREATE_CURRENT = 2
CREATE_DISK_ONLY = 16
CREATE_REUSE_EXT = 32
CREATE_ATOMIC = 128
SNAPSHOT_XML_SECURE = 1
DOMAIN_XML_SECURE = 1
DOMAIN_XML_INACTIVE = 2
START_PAUSED = 1

_FLAGS = {
    Kind.INTERNAL: 0,
    Kind.INTERNAL_RAM: 0,
    Kind.DISK_ONLY: CREATE_DISK_ONLY | CREATE_REUSE_EXT | CREATE_ATOMIC,
    Kind.OVERLAY: CREATE_DISK_ONLY | CREATE_ATOMIC,
    Kind.EXTERNAL_RAM: CREATE_ATOMIC,
}


def build(connection: Libvirt, places: Places, flavour: Flavour) -> Iterator[None]:
    """Make the fleet, pausing after each short step (at most about a second).

    All machines are defined first; then each gets its snapshots and its power state. A last
    definition event per machine tells whoever listens to read it again.

    Raises:
        libvirt.libvirtError: libvirt refused a step.
        subprocess.CalledProcessError: a disk image could not be made.
    """
    bases = _in_background(lambda: images.make_bases(FLEET, places))
    domains: dict[str, Libvirt] = {}
    for machine in FLEET:
        domains[machine.name] = connection.defineXML(_text(domain(machine, places, flavour, 0)))
        yield
    layers = (
        _in_background(lambda: images.make_hot_layers(ERP, places)),
        _in_background(lambda: images.make_plain_layers(ERP, places)),
    )
    bases.result()
    for machine in FLEET:
        if machine is ERP:
            for made in layers:
                made.result()
        yield from _raise(machine, domains[machine.name], places)


def _raise(machine: Machine, dom: Libvirt, places: Places) -> Iterator[None]:
    """Take a machine's snapshots, each in the power state it wants; then give it its own."""
    for snapshot in machine.snapshots:
        if snapshot.kind.running and not dom.isActive():
            dom.create()
            yield
        _take(machine, snapshot, dom, places)
        yield
    for snapshot in machine.snapshots:
        _give_age(machine, snapshot, dom)
    if machine.power is not Power.OFF and not dom.isActive():
        dom.createWithFlags(START_PAUSED if machine.power is Power.PAUSED else 0)
    dom.connect().defineXML(dom.XMLDesc(DOMAIN_XML_SECURE | DOMAIN_XML_INACTIVE))
    yield


def _take(machine: Machine, snapshot: Snapshot, dom: Libvirt, places: Places) -> None:
    """Take a real snapshot; if the machine is off, write what was written since."""
    dom.snapshotCreateXML(_text(request(machine, snapshot, places)), _FLAGS[snapshot.kind])
    if not snapshot.kind.running:
        disk = machine.disks[0]
        external = snapshot.kind.external
        active = places.overlay(machine, disk, snapshot) if external else places.base(machine, disk)
        images.write(active, disk, "qcow2", snapshot.writing)


def _give_age(machine: Machine, snapshot: Snapshot, dom: Libvirt) -> None:
    stored = dom.snapshotLookupByName(snapshot.name)
    element = etree.fromstring(stored.getXMLDesc(SNAPSHOT_XML_SECURE))
    age(element, snapshot, time.time())
    current = CREATE_CURRENT if snapshot is machine.snapshots[-1] else 0
    dom.snapshotCreateXML(_text(element), CREATE_REDEFINE | current)


def _text(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode")


def _in_background(work: Callable[[], object]) -> Future[None]:
    """Run work on a daemon thread, which cannot hold up the end of the process."""
    future: Future[None] = Future()

    def run() -> None:
        try:
            work()
        except (OSError, subprocess.CalledProcessError) as error:
            future.set_exception(error)
        else:
            future.set_result(None)
        finally:
            future.cancel()

    threading.Thread(target=run, name="demo images", daemon=True).start()
    return future
