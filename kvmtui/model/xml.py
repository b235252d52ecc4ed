"""Reading XML that comes from outside: data, never entities."""

from __future__ import annotations

from lxml import etree

_UNITS = {"b": 1, "bytes": 1, "KiB": 2**10, "k": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


def tree(text: str) -> etree._Element:
    """The document as a tree: no entities, no network, no huge nodes.

    Raises ``etree.XMLSyntaxError`` when it is not XML.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(text.encode("utf-8", "replace"), parser)


def text(node: etree._Element, path: str) -> str:
    """The text at ``path`` without the blanks around it; empty when there is none."""
    return (node.findtext(path) or "").strip()


def attribute(node: etree._Element, path: str, name: str) -> str:
    """An attribute of the first element at ``path``; empty when there is none."""
    found = node.find(path)
    return found.get(name, "") if found is not None else ""


def number(text: str | None) -> int:
    """A whole number, 0 when it is none."""
    try:
        return int(text or 0)
    except ValueError:
        return 0


def amount(node: etree._Element, path: str) -> int:
    """Bytes of an element with a unit, which is KiB unless it says otherwise."""
    unit = attribute(node, path, "unit") or "KiB"
    return number(text(node, path)) * _UNITS.get(unit, 2**10)


_SOURCE_ATTRIBUTES = ("file", "dev", "dir", "name", "volume", "path")


def source_of(node: etree._Element | None) -> str:
    """What a ``<source>`` names: a path, or ``protocol:name`` for a network image."""
    if node is None:
        return ""
    named = next((node.get(key, "") for key in _SOURCE_ATTRIBUTES if node.get(key)), "")
    protocol = node.get("protocol")
    pool = node.get("pool")
    return f"{protocol}:{named}" if protocol else f"{pool}:{named}" if pool else named
