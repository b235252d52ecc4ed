"""What a test can have done inside the child process, by name."""

from __future__ import annotations

import subprocess
import threading
import time
from typing import Any

import libvirt
from lxml import etree

from kvmtui.demo.host import Demo

PATIENCE = 20.0
"""Seconds."""


def populate(demo: Demo, connection: Any) -> float:
    """Make the whole fleet; answer how many seconds it took."""
    started = time.monotonic()
    demo.populate(connection)
    return time.monotonic() - started


def begin(demo: Demo, connection: Any) -> int:
    """Begin to make the fleet, and answer when the first guest runs."""
    threading.Thread(target=_populate_quietly, args=(demo, connection), daemon=True).start()
    deadline = time.monotonic() + PATIENCE
    while not connection.numOfDomains() and time.monotonic() < deadline:
        time.sleep(0.01)
    return int(connection.numOfDomains())


def close(demo: Demo, _connection: Any) -> list[float | bool]:
    """Close without waiting, then wait; answer the seconds of the first and the second's result."""
    started = time.monotonic()
    demo.close()
    took = time.monotonic() - started
    return [took, demo.close(PATIENCE)]


def facts(_demo: Demo, connection: Any) -> dict[str, Any]:
    """Everything the fleet promises, as libvirt tells it."""
    return {domain.name(): _facts(domain) for domain in connection.listAllDomains()}


def call(_demo: Demo, connection: Any, domain: str, method: str, *arguments: Any) -> Any:
    """Call a method of a domain; answer its result, or libvirt's message if it refuses."""
    try:
        result = getattr(connection.lookupByName(domain), method)(*arguments)
    except libvirt.libvirtError as error:
        return {"error": str(error)}
    return result if isinstance(result, (int, str, list, dict)) else None


def snapshot(_demo: Demo, connection: Any, domain: str, name: str, method: str) -> Any:
    """Revert a domain to a snapshot or delete the snapshot; answer the domain's state."""
    found = connection.lookupByName(domain)
    moment = found.snapshotLookupByName(name)
    if method == "revert":
        found.revertToSnapshot(moment)
    else:
        moment.delete()
    return found.state()


def commit(_demo: Demo, connection: Any, domain: str, bandwidth: int) -> dict[str, Any]:
    """Merge the active layer of vda into the one below and pivot; answer what was seen of it."""
    found = connection.lookupByName(domain)
    statuses: list[int] = []
    events = libvirt.VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2
    watch = connection.domainEventRegisterAny(
        found, events, lambda _c, _d, _disk, _type, status, _o: statuses.append(status), None
    )
    started = time.monotonic()
    shallow_active = (
        libvirt.VIR_DOMAIN_BLOCK_COMMIT_SHALLOW | libvirt.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE
    )
    found.blockCommit("vda", None, None, bandwidth, shallow_active)
    progress: list[int] = []
    while libvirt.VIR_DOMAIN_BLOCK_JOB_READY not in statuses:
        progress.append(found.blockJobInfo("vda")["cur"])
        time.sleep(0.05)
    took = time.monotonic() - started
    found.blockJobAbort("vda", libvirt.VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT)
    while libvirt.VIR_DOMAIN_BLOCK_JOB_COMPLETED not in statuses:
        time.sleep(0.05)
    connection.domainEventDeregisterAny(watch)
    return {"steps": len(set(progress)), "seconds": took, "chain": _chain(found)}


def _facts(domain: Any) -> dict[str, Any]:
    return {
        "state": domain.state()[0],
        "title": domain.metadata(libvirt.VIR_DOMAIN_METADATA_TITLE, None),
        "chain": _chain(domain),
        "snapshots": {moment.getName(): _moment(moment) for moment in domain.listAllSnapshots()},
    }


def _chain(domain: Any) -> list[str]:
    """The files of the first disk, active layer first, as far as the XML tells."""
    first = etree.fromstring(domain.XMLDesc()).find("devices/disk")
    return [] if first is None else [str(one.get("file")) for one in first.iter("source")]


def _moment(moment: Any) -> dict[str, Any]:
    element = etree.fromstring(moment.getXMLDesc())
    return {
        "parent": element.findtext("parent/name"),
        "description": element.findtext("description") or "",
        "age": time.time() - float(element.findtext("creationTime") or "nan"),
        "state": element.findtext("state"),
        "current": bool(moment.isCurrent()),
    }


def _populate_quietly(demo: Demo, connection: Any) -> None:
    """Populate on a thread whose demo is taken away beneath it."""
    try:
        demo.populate(connection)
    except (libvirt.libvirtError, subprocess.CalledProcessError, OSError):
        return
