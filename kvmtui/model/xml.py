"""Reading XML that comes from outside: data, never entities."""

from __future__ import annotations

import re

from lxml import etree

_UNITS = {"b": 1, "bytes": 1, "KiB": 2**10, "k": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


class Malformed(ValueError):
    """A document that libvirt would not write; the message says why."""


def tree(text: str) -> etree._Element:
    """The document as a tree: no document type, so no entities; no network, no huge nodes.

    Raises ``Malformed``.
    """
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise Malformed(str(error)) from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # the stubs lack it
        raise Malformed("it has a document type")
    return root


def text(node: etree._Element, path: str) -> str:
    """The text at ``path`` without the blanks around it; empty when there is none."""
    return (node.findtext(path) or "").strip()


def attribute(node: etree._Element, path: str, name: str) -> str:
    """An attribute of the first element at ``path``; empty when there is none."""
    found = node.find(path)
    return found.get(name, "") if found is not None else ""


_WHOLE = re.compile("[0-9]{1,30}")
"""More digits than any number of libvirt has, and few enough to reckon with."""


def whole(text: str | None) -> int | None:
    """A number as libvirt writes it, without a sign; None when it is none."""
    found = _WHOLE.fullmatch((text or "").strip())
    return int(found[0]) if found else None


def number(text: str | None) -> int:
    """The same, but 0 when it is none."""
    return whole(text) or 0


def amount(node: etree._Element, path: str) -> int:
    """Bytes of an element with a unit, which is KiB unless it says otherwise."""
    unit = attribute(node, path, "unit") or "KiB"
    return number(text(node, path)) * _UNITS.get(unit, 2**10)


_ADDRESS = (("domain", 4), ("bus", 2), ("slot", 2), ("function", 1))
"""How a PCI address is written, with the digits of each part."""

_HEX = re.compile("(0x)?[0-9a-fA-F]{1,8}")


def _on_the_bus(source: etree._Element) -> str:
    """``nvme:0000:01:00.0/1``: the device and its namespace, as lspci tells the device."""
    parts = []
    for name, digits in _ADDRESS:
        told = attribute(source, "address", name) or "0"
        if not _HEX.fullmatch(told):
            return ""
        parts.append(f"{int(told, 16):0{digits}x}")
    domain, bus, slot, function = parts
    return f"nvme:{domain}:{bus}:{slot}.{function}/{source.get('namespace', '')}"


_SOURCE_ATTRIBUTES = ("file", "dev", "dir", "name", "volume", "path")


def source_of(node: etree._Element | None) -> str:
    """What a ``<source>`` names: a path, ``protocol:name`` of a network image, or a device."""
    if node is None:
        return ""
    if node.get("type") == "pci":
        return _on_the_bus(node)
    named = next((node.get(key, "") for key in _SOURCE_ATTRIBUTES if node.get(key)), "")
    protocol = node.get("protocol")
    pool = node.get("pool")
    return f"{protocol}:{named}" if protocol else f"{pool}:{named}" if pool else named
