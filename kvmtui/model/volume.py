"""A volume of a storage pool: what libvirt itself knows of an image, on any host."""

from __future__ import annotations

import re

from kvmtui.model import xml
from kvmtui.model.value import Value


class Volume(Value):
    """A ``<volume>`` document. Sizes and times are of now, headers of the pool's last refresh."""

    path: str = ""
    kind: str = "file"
    """file, block, dir, network, …"""
    format: str = ""
    """What its header looks like, which of a raw disk the guest may have written."""
    capacity: int | None = None
    """Virtual size in bytes."""
    used: int | None = None
    """Bytes that it takes on its storage."""
    changed: float | None = None
    """When it was written to last, in seconds since 1970 by the clock that its storage has."""
    encryption: str = ""
    """luks or qcow; empty for none."""
    base: str = ""
    """What it stands on: a path or a URL; empty for nothing."""
    base_format: str = ""


def read(text: str) -> Volume:
    """The document of ``virStorageVolGetXMLDesc``. Raises ``Malformed``."""
    root = xml.tree(text)
    return Volume(
        path=xml.text(root, "target/path"),
        kind=root.get("type", "file"),
        format=xml.attribute(root, "target/format", "type"),
        capacity=xml.whole(xml.text(root, "capacity")),
        used=xml.whole(xml.text(root, "allocation")),
        changed=_seconds(xml.text(root, "target/timestamps/mtime")),
        encryption=xml.attribute(root, "target/encryption", "format"),
        base=xml.text(root, "backingStore/path"),
        base_format=xml.attribute(root, "backingStore/format", "type"),
    )


_SECONDS = re.compile(r"[0-9]{1,30}(\.[0-9]{1,30})?")


def _seconds(text: str) -> float | None:
    """A time with its fraction; None when it is none."""
    return float(text) if _SECONDS.fullmatch(text) else None
