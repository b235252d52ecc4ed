"""Documents of libvirt as no libvirt has written them: parts lost, doubled, swapped or retyped."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import NamedTuple

from hypothesis import strategies as st
from lxml import etree

CORPUS = {path.stem: path.read_text() for path in Path(__file__).parent.glob("corpus/*.xml")}
"""Real documents of three libvirts, and forms that others write, after libvirt's documentation."""

TAGS = (
    "address", "alias", "backingStore", "channel", "creationTime", "description", "devices",
    "disk", "disks", "domain", "driver", "encryption", "format", "inactiveDomain", "iotune",
    "loader", "memory", "metadata", "mirror", "name", "nvram", "os", "parent", "readonly",
    "snapshotDeleteInProgress", "source", "target", "vcpu", "write_bytes_sec",
)  # fmt: skip

ATTRIBUTES = (
    "current", "dev", "device", "dir", "file", "format", "index", "job", "name", "pool",
    "protocol", "ready", "snapshot", "state", "target", "type", "unit", "volume", "written",
)  # fmt: skip

VALUES = (
    "", "0", "-1", "1_0", "²", "٣", "nan", "inf", "1e400", "9" * 30, "9" * 31, "9" * 5000,
    "1795302252.99", "yes", "no", "internal", "external", "manual", "file", "block", "network",
    "volume", "vda", "vdb", "qcow2", "raw", "json:{}", "/a", "../a", "a\u202e\x9b\u200bb",
    "x" * 100_000, "{urn:kvmtui:images}",
)  # fmt: skip


class Mutation(NamedTuple):
    """One change; the numbers choose among whatever there is."""

    kind: str
    node: int
    other: int
    tag: str
    attribute: str
    value: str


mutations = st.lists(
    st.builds(
        Mutation,
        st.sampled_from(
            ("drop", "double", "retag", "text", "set", "unset", "comment", "process", "graft")
        ),
        st.integers(0, 300),
        st.integers(0, 300),
        st.sampled_from(TAGS),
        st.sampled_from(ATTRIBUTES),
        st.sampled_from(VALUES),
    ),
    max_size=6,
)


def mutated(text: str, changes: list[Mutation]) -> str:
    """The document after these changes."""
    root = etree.fromstring(text.encode())
    for change in changes:
        _change(root, change)
    return etree.tostring(root, encoding="unicode")


def _change(root: etree._Element, change: Mutation) -> None:
    nodes = list(root.iter("*"))
    node, other = nodes[change.node % len(nodes)], nodes[change.other % len(nodes)]
    above = node.getparent()
    match change.kind:
        case "drop" if above is not None:
            above.remove(node)
        case "double" if above is not None:
            above.insert(0, deepcopy(node))
        case "retag":
            node.tag = change.tag
        case "text":
            node.text = change.value
        case "set":
            node.set(change.attribute, change.value)
        case "unset" if node.attrib:
            del node.attrib[sorted(node.attrib)[change.other % len(node.attrib)]]
        case "comment":
            node.insert(0, etree.Comment("odd"))
        case "process":
            node.insert(0, etree.ProcessingInstruction("odd", "odd"))
        case "graft":
            node.append(deepcopy(other))


documents = st.builds(mutated, st.sampled_from(sorted(CORPUS.values())), mutations)
