"""What a snapshot's record says outside of the definitions in it, which are most of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from kvmtui.model import parse, xml
from kvmtui.model.outline import Entry
from kvmtui.model.snapshot import kind_of

_DEFINITION = re.compile(r"<(domain|inactiveDomain)[\s>]")


def entry(text: str) -> Entry:
    """What a ``<domainsnapshot>`` says outside of its definitions. Raises ``Malformed``."""
    root = xml.tree("".join(_around(text)))
    told = {child.tag: child for child in root}
    disks = told.get("disks", ())
    memory = parse.memory_in(told.get("memory"))
    return Entry(
        name=_text(told, "name"),
        kind=kind_of({disk.get("snapshot", "no") for disk in disks}, memory),
        parent=root.findtext("parent/name") if "parent" in told else None,
        created=xml.number(_text(told, "creationTime")),
        state=_text(told, "state").strip(),
        memory=memory,
        description=_text(told, "description").strip(),
    )


def _text(told: Mapping[str, etree._Element], tag: str) -> str:
    return (told[tag].text or "") if tag in told else ""


def _around(text: str) -> Iterator[str]:
    """The document without its definitions, which are most of it and take long to parse."""
    end = 0
    while begin := _DEFINITION.search(text, end):
        tag = begin[1]
        closing = text.rfind(f"</{tag}>", begin.end())
        if closing < 0:
            break
        yield text[end : begin.start()]
        end = closing + len(f"</{tag}>")
    yield text[end:]
