"""What kvmtui notes in a snapshot's record: when the images that it goes back to were written.

A snapshot whose images leave the chain of the domain cannot be compared with that chain any more.
As long as their times are those of the note, they hold what they held when it was written.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from lxml import etree

from kvmtui.model import xml

NAMESPACE = "urn:kvmtui:images"
_ROOT = f"{{{NAMESPACE}}}images"


class Written(NamedTuple):
    """An image, and when it was written to last, in nanoseconds since 1970."""

    file: str
    time: int


def read(domain: etree._Element | None, target: str) -> tuple[Written, ...]:
    """The images of a disk that the ``<domain>`` of a record has a note of, top first."""
    root = domain.find(f"metadata/{_ROOT}") if domain is not None else None
    if root is None:
        return ()
    return tuple(
        Written(image.get("file", ""), xml.number(image.get("written", "")))
        for disk in root.iterfind("*")
        if disk.get("target") == target
        for image in disk.iterfind("*")
    )


def write(domain: etree._Element, target: str, images: Iterable[Written]) -> None:
    """The note for a disk, instead of one that was there; other metadata stays."""
    metadata = domain.find("metadata")
    if metadata is None:
        metadata = etree.Element("metadata")
        domain.insert(0, metadata)
    root = metadata.find(_ROOT)
    if root is None:
        root = etree.SubElement(metadata, _ROOT, nsmap={"kvmtui": NAMESPACE})
    for old in root:
        if old.get("target") == target:
            root.remove(old)
    disk = etree.SubElement(root, f"{{{NAMESPACE}}}disk", target=target)
    for image in images:
        etree.SubElement(disk, f"{{{NAMESPACE}}}image", file=image.file, written=str(image.time))


def remove(domain: etree._Element) -> None:
    """Takes the note away: it belongs to the record, not to a domain."""
    for metadata in domain.findall("metadata"):
        for root in metadata.findall(_ROOT):
            metadata.remove(root)
        if not len(metadata):
            domain.remove(metadata)
