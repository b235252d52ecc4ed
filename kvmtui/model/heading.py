"""What a snapshot's record says outside of the definitions in it, which are most of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kvmtui.model import parse, xml
from kvmtui.model.outline import Entry
from kvmtui.model.snapshot import kind_of

_DEFINITION = re.compile(r"<(domain|inactiveDomain)[\s>]")


def entry(text: str) -> Entry:
    """What a ``<domainsnapshot>`` says outside of its definitions. Raises ``Malformed``."""
    root = xml.tree("".join(_around(text)))
    memory = parse.memory_of(root)
    return Entry(
        name=root.findtext("name") or "",
        kind=kind_of({disk.get("snapshot", "no") for disk in root.iterfind("disks/disk")}, memory),
        parent=root.findtext("parent/name"),
        created=xml.number(xml.text(root, "creationTime")),
        state=xml.text(root, "state"),
        memory=memory,
        description=xml.text(root, "description"),
    )


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
