"""What kvmtui notes in a domain that it has started, paused, only for a merge.

It stands in the running definition alone, so it goes when the domain is off. Whoever finds the
domain paused, when nobody is left who would force it off, sees from it why.
"""

from __future__ import annotations

from lxml import etree

NAMESPACE = "urn:kvmtui:merge"
PREFIX = "kvmtui"
NOTE = "<merge/>"
"""The element; libvirt gives it the namespace."""


def is_on(domain: etree._Element) -> bool:
    """Whether a ``<domain>`` has the note."""
    return domain.find(f"metadata/{{{NAMESPACE}}}merge") is not None
