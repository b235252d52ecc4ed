"""What a document of libvirt names, whatever for: files that must not be taken for nobody's."""

from __future__ import annotations

from lxml import etree

_PATHS = etree.XPath(
    "//@*[starts-with(normalize-space(.), '/')]"
    " | //text()[starts-with(normalize-space(.), '/')]"
    " | //source/@volume",
    smart_strings=False,
)


def names(root: etree._Element) -> frozenset[str]:
    """Every absolute path in it, and the names of volumes, which have no path there.

    Rather too much than too little: firmware, kernels and sockets are named, too.
    """
    found = _PATHS(root)
    assert isinstance(found, list)
    return frozenset(each.strip() for each in found if isinstance(each, str))
