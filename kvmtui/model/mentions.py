"""What a document of libvirt names, whatever for: files that must not be taken for nobody's."""

from __future__ import annotations

from collections.abc import Iterator
from sys import intern

from lxml import etree

_ESCAPED = {
    "&#9;": "\t",
    "&#10;": "\n",
    "&#13;": "\r",
    "&quot;": '"',
    "&lt;": "<",
    "&gt;": ">",
    "&amp;": "&",
}
"""What is written in other words than it means; ``&`` last, or it would begin another one."""


def names(root: etree._Element) -> frozenset[str]:
    """Every absolute path in it, and the names of volumes, which have no path there.

    Rather too much than too little: firmware, kernels and sockets are named, too.
    """
    paths = (_plain(text).strip() for text in _texts(root) if "/" in text)
    volumes = (source.get("volume", "") for source in root.iter("source"))
    found = (*(path for path in paths if path.startswith("/")), *filter(None, volumes))
    return frozenset(map(intern, found))


def _texts(root: etree._Element) -> Iterator[str]:
    """All attributes and texts, as lxml writes them; an XPath takes many times as long."""
    written = etree.tostring(root, encoding="unicode")
    for part in written.split('="'):
        yield part.partition('"')[0]
    for part in written.split(">"):
        yield part.partition("<")[0]


def _plain(text: str) -> str:
    if "&" in text:
        for written, meant in _ESCAPED.items():
            text = text.replace(written, meant)
    return text
