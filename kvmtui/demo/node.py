"""The same fleet as a file for libvirt's in-process test driver."""

from __future__ import annotations

import time

from lxml import etree
from lxml.builder import E, ElementMaker

from kvmtui.demo.definitions import Flavour, domain
from kvmtui.demo.fleet import FLEET, Machine, Power
from kvmtui.demo.moments import record
from kvmtui.demo.places import Places

_SCHEMA = "http://libvirt.org/schemas/domain/test/1.0"
_FLAVOUR = Flavour("test")
_RUN_STATES = {Power.RUNNING: "1", Power.PAUSED: "3", Power.OFF: "5"}


def write_node(places: Places) -> str:
    """Write the fleet to `Places.node` and return the URI under which libvirt opens it."""
    node = E.node(*(_domain(machine, places) for machine in FLEET))
    document = etree.tostring(node, encoding="utf-8", xml_declaration=True, pretty_print=True)
    places.node.write_bytes(document)
    return f"test://{places.node}"


def _domain(machine: Machine, places: Places) -> etree._Element:
    """A machine in its last state, with the test driver's own elements for state and snapshots."""
    test = ElementMaker(namespace=_SCHEMA, nsmap={"test": _SCHEMA})
    element = domain(machine, places, _FLAVOUR, len(machine.overlays()))
    element.append(test.runstate(_RUN_STATES[machine.power]))
    now = time.time()
    for snapshot in machine.snapshots:
        stored = test.domainsnapshot()
        stored.extend(record(machine, snapshot, places, _FLAVOUR, now))
        element.append(stored)
    return element
