"""The ``<domain>`` of the past: what a snapshot recorded, made fit for the disks of today."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lxml import etree

from kvmtui.model import note, parse


def definition(recorded: str, present: str, stay: Collection[str] = ()) -> str:
    """The definition that a snapshot recorded: the inactive one when it was running.

    The disks in ``stay`` have the images of the definition ``present`` instead.
    """
    domain = _domain(parse.recorded(parse.tree(recorded)))
    now = _disks(parse.tree(present))
    for target, disk in _disks(domain).items():
        if target in stay and target in now:
            _take_medium(disk, now[target])
    return etree.tostring(domain, encoding="unicode")


def _take_medium(disk: etree._Element, now: etree._Element) -> None:
    """Another image in the same drive: its address and the rest stay those of then."""
    disk.set("type", now.get("type", "file"))
    for tag in ("driver", "source"):
        for old in disk.findall(tag):
            disk.remove(old)
        disk.extend(now.findall(tag))


def running(recorded: str, files: Mapping[str, str]) -> str:
    """The running definition that a snapshot recorded, with other qcow2 files by target."""
    domain = _domain(parse.tree(recorded).find("domain"))
    for target, disk in _disks(domain).items():
        if target not in files:
            continue
        source = disk.find("source")
        if source is None:
            raise ValueError(f"{target} had no medium")
        disk.set("type", "file")
        source.attrib.clear()
        source.set("file", files[target])
        driver = disk.find("driver")
        if driver is None:
            driver = etree.SubElement(disk, "driver", name="qemu")
        driver.set("type", "qcow2")
    return etree.tostring(domain, encoding="unicode")


def _domain(node: etree._Element | None) -> etree._Element:
    """The node as a ``<domain>`` of its own, without the recorded chains.

    They would override what the images themselves say, although layers may have been merged
    since.
    """
    if node is None:
        raise ValueError("the snapshot recorded no definition")
    for disk in node.iterfind("devices/disk"):
        _without_chain(disk)
    note.remove(node)
    node.tag = "domain"
    node.tail = None
    return node


def _without_chain(disk: etree._Element) -> None:
    for below in disk.findall("backingStore"):
        disk.remove(below)


def _disks(domain: etree._Element) -> dict[str, etree._Element]:
    found = {}
    for disk in domain.iterfind("devices/disk"):
        target = disk.find("target")
        if target is not None:
            found[target.get("dev", "")] = disk
    return found
