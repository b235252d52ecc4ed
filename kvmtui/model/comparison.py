"""Two definitions side by side, without what libvirt makes up anew at every start."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from difflib import unified_diff

from lxml import etree

from kvmtui.model import definition, parse
from kvmtui.model.value import Value
from kvmtui.model.xml import attribute, source_of, tree

CONTEXT = 3
"""Equal lines around each difference."""

GAP = "⋯"
"""Stands for equal lines that are left out."""

LONGEST = 5000
"""Lines of a definition; to compare more takes minutes."""


class Comparison(Value):
    """What a definition was and is."""

    differences: tuple[str, ...]
    """What would be missed, in phrases."""
    lines: tuple[str, ...]
    """A unified diff, each line beginning with ``-``, ``+``, a blank, or being ``GAP``."""


def compare(record: str, present: str, chains: Mapping[str, Collection[str]]) -> Comparison:
    """The definition of a ``<domainsnapshot>`` against a present ``<domain>``.

    ``chains`` are the files below each present target: a disk that stood on one of them is the
    same disk. Raises ``Malformed``, or ``ValueError`` without a recorded definition.
    """
    then, now = parse.recorded(tree(record)), tree(present)
    if then is None:
        raise ValueError("the snapshot recorded no definition")
    then = deepcopy(then)
    then.tag = now.tag
    _as_one_disk(then, now, chains)
    told = definition.differences(definition.read(then), definition.read(now))
    before, after = _lines(then), _lines(now)
    if max(len(before), len(after)) > LONGEST:
        raise ValueError("the definitions are too long to be compared")
    return Comparison(told, tuple(_diff(before, after)))


def _diff(then: list[str], now: list[str]) -> Iterator[str]:
    found = unified_diff(then, now, lineterm="", n=CONTEXT)
    for number, line in enumerate(found):
        if line.startswith("@@"):
            if number > 2:
                yield GAP
        elif number > 1:  # before that stand the names of the files
            yield line


def _as_one_disk(
    then: etree._Element, now: etree._Element, chains: Mapping[str, Collection[str]]
) -> None:
    """Gives a disk of then its file and format of now when it has only got layers since."""
    present = {attribute(disk, "target", "dev"): disk for disk in now.iterfind("devices/disk")}
    for disk in then.iterfind("devices/disk"):
        target = attribute(disk, "target", "dev")
        source, later = disk.find("source"), present.get(target)
        if source is None or later is None or source_of(source) not in chains.get(target, ()):
            continue
        disk.set("type", later.get("type", "file"))
        kept = later.find("source")
        if kept is not None:
            disk.replace(source, deepcopy(kept))
        driver = disk.find("driver")
        if driver is not None:
            driver.set("type", attribute(later, "driver", "type"))


def _lines(domain: etree._Element) -> list[str]:
    """One element per line, in an order that does not depend on who wrote it."""
    _quieten(domain)
    for node in domain.iter("*"):
        attributes = sorted(node.attrib.items())
        node.attrib.clear()
        node.attrib.update(attributes)
        node.text = (node.text or "").strip() or None
    devices = domain.find("devices")
    if devices is not None:
        devices[:] = sorted(devices, key=_place)
    etree.indent(domain)
    domain.tail = None
    return etree.tostring(domain, encoding="unicode").split("\n")


def _place(device: etree._Element) -> tuple[str, ...]:
    """libvirt writes the controllers of a domain that woke up from saved RAM in another order."""
    if device.tag == "controller":
        return "controller", device.get("type", ""), device.get("index", "").zfill(4)
    target, mac = attribute(device, "target", "dev"), attribute(device, "mac", "address")
    return str(device.tag), target, mac


_NOISE = (
    "devices/disk/backingStore",
    "devices/disk/mirror",
    "devices/*[@type='pty']/source",
    "seclabel[@type='dynamic']",
)
"""Elements that a running domain has, or that repeat what the images say."""

_GENERATED = (
    (".", "id"),
    ("devices/disk/source", "index"),
    ("devices/interface/source[@network]", "bridge"),
    ("devices/interface/source", "portid"),
    ("devices/channel/target", "state"),
    ("devices/console", "tty"),
    ("devices/graphics[@autoport='yes']", "port"),
    (".//*", "passwd"),
)
"""Attributes of the same kind, and secrets."""


def _quieten(domain: etree._Element) -> None:
    for path in _NOISE:
        for node in domain.findall(path):
            _remove(node)
    for path, name in _GENERATED:
        for node in domain.iterfind(path):
            node.attrib.pop(name, "")
    for node in domain.findall("devices//alias"):
        if not node.get("name", "").startswith("ua-"):
            _remove(node)
    for node in domain.findall("devices/interface/target"):
        if node.get("dev", "").startswith(("vnet", "macvtap")):
            _remove(node)


def _remove(node: etree._Element) -> None:
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)
