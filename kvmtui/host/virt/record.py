"""A snapshot's record with its corrections, as libvirt takes it back (REDEFINE)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from kvmtui.model import parse, xml
from kvmtui.plans.steps import Amend


def below(recorded: str, parent: str | None) -> str:
    """The record of a snapshot that hangs below another parent now."""
    root = parse.tree(recorded)
    for old in root.findall("parent"):
        root.remove(old)
    if parent is not None:
        etree.SubElement(etree.SubElement(root, "parent"), "name").text = parent
    return etree.tostring(root, encoding="unicode")


def standing_on(recorded: str, step: Amend) -> str:
    """The record after a layer of a disk went into a base: it names that instead.

    The chain that libvirt recorded is kept, less the layers that are gone.
    """
    root = parse.tree(recorded)
    for disk in _disks(root, step.disk):
        for layer in step.between:
            _cut(disk, layer)
        if xml.source_of(disk.find("source")) == step.merged:
            _lower(disk, step.base, step.kind, step.format)
        else:
            _cut(disk, step.merged)
    return etree.tostring(root, encoding="unicode")


def _disks(root: etree._Element, target: str) -> Iterator[etree._Element]:
    for definition in ("domain", "inactiveDomain"):
        for disk in root.iterfind(f"{definition}/devices/disk"):
            node = disk.find("target")
            if node is not None and node.get("dev") == target:
                yield disk


def _lower(disk: etree._Element, base: str, kind: str, format: str) -> None:
    """The disk on ``base``, with the chain that was recorded below it."""
    recorded = disk.find("backingStore")
    chain = None
    if recorded is not None:
        if xml.source_of(recorded.find("source")) == base:
            chain = recorded.find("backingStore")
        disk.remove(recorded)
    source, driver = disk.find("source"), disk.find("driver")
    if source is None:
        raise ValueError("the disk had no medium")
    source.attrib.clear()
    disk.set("type", kind)
    source.set("dev" if kind == "block" else "file", base)
    if driver is not None and format:
        driver.set("type", format)
    if chain is not None:
        source.addnext(chain)


def _cut(disk: etree._Element, merged: str) -> None:
    """The recorded chain without one of its layers."""
    for layer in disk.iter("backingStore"):
        if xml.source_of(layer.find("source")) == merged:
            above, further = layer.getparent(), layer.find("backingStore")
            if above is None:
                continue
            if further is not None:
                above.replace(layer, further)
            else:
                above.remove(layer)
            return
