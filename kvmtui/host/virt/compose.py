"""XML that libvirt is given; built as a tree, so that any text is only text."""

from __future__ import annotations

from lxml import etree

from kvmtui.model import parse
from kvmtui.plans.steps import AdoptSnapshot, CreateSnapshot, EditRecord


def snapshot(step: CreateSnapshot) -> str:
    """The ``<domainsnapshot>`` of a new snapshot."""
    root = etree.Element("domainsnapshot")
    if step.name:
        etree.SubElement(root, "name").text = step.name
    if step.description:
        etree.SubElement(root, "description").text = step.description
    if step.memory_file:
        etree.SubElement(root, "memory", snapshot="external", file=step.memory_file)
    disks = etree.SubElement(root, "disks")
    for target in step.targets:
        disk = etree.SubElement(disks, "disk", name=target.disk, snapshot=target.mode)
        if target.file:
            disk.set("type", "block" if target.block else "file")
            etree.SubElement(disk, "driver", type="qcow2")
            etree.SubElement(disk, "source", {"dev" if target.block else "file": target.file})
    return etree.tostring(root, encoding="unicode")


def destination(file: str, format: str) -> str:
    """The ``<disk>`` that a copy makes."""
    disk = etree.Element("disk", type="file")
    etree.SubElement(disk, "driver", type=format)
    etree.SubElement(disk, "source", file=file)
    return etree.tostring(disk, encoding="unicode")


def with_overlays(recorded: str, overlays: tuple[tuple[str, str], ...]) -> str:
    """A snapshot's record with other overlay files, into which no merge was interrupted."""
    root = parse.tree(recorded)
    files = dict(overlays)
    for disk in root.iterfind("disks/disk"):
        file = files.get(disk.get("name", ""))
        if file is None:
            continue
        for mark in disk.findall("snapshotDeleteInProgress"):
            disk.remove(mark)
        source = disk.find("source")
        if source is None:
            source = etree.SubElement(disk, "source")
        source.attrib.clear()
        source.set("file", file)
    return etree.tostring(root, encoding="unicode")


def edited(recorded: str, step: EditRecord) -> str:
    """A snapshot's record with another name, description or parent."""
    root = parse.tree(recorded)
    if step.name:
        _put(root, "name", step.name)
    if step.description is not None:
        _put(root, "description", step.description)
    if step.parent is not None:
        parent = root.find("parent")
        _put(etree.SubElement(root, "parent") if parent is None else parent, "name", step.parent)
    return etree.tostring(root, encoding="unicode")


def _put(node: etree._Element, tag: str, text: str) -> None:
    found = node.find(tag)
    (etree.SubElement(node, tag) if found is None else found).text = text


def adopted(present: str, step: AdoptSnapshot) -> str:
    """The record of a snapshot that the images hold, around the definition ``present``."""
    root = etree.Element("domainsnapshot")
    for tag, text in (
        ("name", step.snapshot),
        ("description", step.description),
        ("state", "running" if step.ram else "shutoff"),
        ("creationTime", str(step.created)),
    ):
        _put(root, tag, text)
    etree.SubElement(root, "memory", snapshot="internal" if step.ram else "no")
    disks = etree.SubElement(root, "disks")
    for mode, targets in (("internal", step.inside), ("no", step.others)):
        for target in targets:
            etree.SubElement(disks, "disk", name=target, snapshot=mode)
    root.append(parse.tree(present))
    return etree.tostring(root, encoding="unicode")
