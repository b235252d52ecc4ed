"""libvirt's XML read into values; text from outside is data, never markup or entities."""

from __future__ import annotations

from collections.abc import Iterator
from sys import intern

from lxml import etree

from kvmtui.model import definition, errand, mentions, note, tuning, xml
from kvmtui.model.disk import Disk, Layer, Mirror
from kvmtui.model.domain import Config
from kvmtui.model.guest import Channel
from kvmtui.model.snapshot import Memory, Snapshot, SnapshotDisk
from kvmtui.model.xml import Malformed as Malformed
from kvmtui.model.xml import source_of
from kvmtui.model.xml import tree as tree

AGENT_CHANNEL = "org.qemu.guest_agent.0"

MOST_DISKS = 1024
"""More than any machine has, and few enough to compare each with each."""

_NAMED = ("file", "block", "dir", "network", "volume")
"""Disk types whose source has a name; without one there is no medium."""


def _layers(disk: etree._Element) -> Iterator[Layer | None]:
    """The chain from the active layer down; a last None says that it is known to end there."""
    source = disk.find("source")
    driver = disk.find("driver")
    if not source_of(source) and disk.get("type", "file") in _NAMED:
        yield None
        return
    yield _layer(disk, source, driver.get("type", "") if driver is not None else "")
    below = disk.find("backingStore")
    while below is not None:
        source = below.find("source")
        if source is None:
            yield None
            return
        image_format = below.find("format")
        recorded = image_format.get("type", "") if image_format is not None else ""
        yield _layer(below, source, recorded)
        below = below.find("backingStore")


def _layer(node: etree._Element, source: etree._Element | None, image_format: str) -> Layer:
    index = (source.get("index") if source is not None else None) or node.get("index")
    secret = node.find("encryption") if source is None else source.find("encryption")
    secret = node.find("encryption") if secret is None else secret
    return Layer(
        source=intern(source_of(source) or node.get("type", "")),
        kind=node.get("type", "file"),
        format=image_format,
        index=xml.whole(index),
        encryption=secret.get("format", "") if secret is not None else "",
    )


def _mirror(disk: etree._Element) -> Mirror | None:
    node = disk.find("mirror")
    if node is None:
        return None
    ready = node.get("ready", "") in ("yes", "pivot", "abort")
    source = source_of(node.find("source")) or node.get("file", "")
    return Mirror(node.get("job", "copy"), source, ready)


def _disk(node: etree._Element) -> Disk:
    target = node.find("target")
    chain = list(_layers(node))
    return Disk(
        target=target.get("dev", "") if target is not None else "",
        device=node.get("device", "disk"),
        readonly=node.find("readonly") is not None or node.get("device") == "cdrom",
        shareable=node.find("shareable") is not None,
        transient=node.find("transient") is not None,
        excluded=node.get("snapshot") in ("no", "manual"),
        optional=xml.attribute(node, "source", "startupPolicy") in ("optional", "requisite"),
        layers=tuple(layer for layer in chain if layer is not None),
        complete=chain[-1] is None,
        mirror=_mirror(node),
        tuning=tuning.read(node),
    )


def _channel(root: etree._Element) -> Channel:
    for target in root.iterfind("devices/channel/target"):
        if target.get("name") == AGENT_CHANNEL:
            connected = target.get("state") == "connected"
            return Channel.CONNECTED if connected else Channel.DISCONNECTED
    return Channel.NONE


def _nvram(root: etree._Element) -> str:
    nvram = root.find("os/nvram")
    if nvram is not None:
        return nvram.get("format", "raw")
    chosen = root.find("os[@firmware='efi']") is not None
    return "raw" if chosen or root.find("os/loader[@type='pflash']") is not None else ""


def _unsaveable(root: etree._Element) -> str:
    """A device that QEMU cannot save the state of, or that libvirt saves none of."""
    devices = root.find("devices")
    for node in () if devices is None else devices:
        if node.tag == "hostdev" or (node.tag == "interface" and node.get("type") == "hostdev"):
            return "a passed-through device"
        if node.tag == "disk" and node.find("transient") is not None:
            return "a transient disk"
        if node.tag == "shmem" and node.get("role") != "master":
            return "memory shared with others"
    return ""


def _few(root: etree._Element, path: str) -> list[etree._Element]:
    """The disks at ``path``. Raises ``Malformed`` when nobody could work with so many."""
    found = root.findall(path)
    if len(found) > MOST_DISKS:
        raise Malformed(f"it has {len(found)} disks")
    return found


def identity(text: str) -> tuple[str, str]:
    """uuid and name in a ``<domain>`` document."""
    root = tree(text)
    return xml.text(root, "uuid"), root.findtext("name") or ""


def domain(text: str, *, managed_save: bool = False) -> Config:
    """A ``<domain>`` document, live or inactive. Raises ``Malformed``."""
    root = tree(text)
    disks = tuple(map(_disk, _few(root, "devices/disk")))
    if len({disk.target for disk in disks}) < len(disks):
        raise Malformed("two disks are the same one to the guest")
    defined = definition.read(root)
    return Config(
        title=xml.text(root, "title"),
        description=xml.text(root, "description"),
        memory=xml.amount(root, "memory"),
        vcpus=defined.vcpus,
        disks=disks,
        channel=_channel(root),
        nvram=_nvram(root),
        errand=errand.is_on(root),
        unsaveable=_unsaveable(root),
        tpm=root.find("devices/tpm") is not None,
        managed_save=managed_save,
        definition=defined,
        names=mentions.names(root),
    )


def _snapshot_disk(
    root: etree._Element, node: etree._Element, then: dict[str, etree._Element]
) -> SnapshotDisk:
    target = node.get("name", "")
    mode = node.get("snapshot", "no")
    disk = then.get(target)
    chain = list(_layers(disk)) if disk is not None else []
    return SnapshotDisk(
        target=target,
        mode=mode,
        overlay=source_of(node.find("source")) if mode == "external" else "",
        base=source_of(disk.find("source")) if disk is not None else "",
        type=disk.get("type", "file") if disk is not None else "",
        device=disk.get("device", "disk") if disk is not None else "disk",
        chain_recorded=disk is not None and disk.find("backingStore") is not None,
        below=tuple(layer.source for layer in chain[1:-1] if layer) if None in chain else None,
        noted=note.read(root.find("domain"), target),
    )


def _unlike(root: etree._Element) -> tuple[str, ...]:
    """Targets whose file was another in the inactive definition, or that it did not have."""
    live, inactive = _disks_then(root), _disks_then(root, "inactiveDomain")
    if root.find("inactiveDomain") is None:
        return ()
    return tuple(
        target
        for target, disk in live.items()
        if target not in inactive
        or source_of(inactive[target].find("source")) != source_of(disk.find("source"))
    )


def _disks_then(root: etree._Element, definition: str = "domain") -> dict[str, etree._Element]:
    disks = {}
    for node in root.iterfind(f"{definition}/devices/disk"):
        target = node.find("target")
        disks[target.get("dev", "") if target is not None else ""] = node
    return disks


def recorded(root: etree._Element) -> etree._Element | None:
    """The definition that a ``<domainsnapshot>`` would put back: of the next start, if recorded."""
    node = root.find("inactiveDomain")
    return root.find("domain") if node is None else node


def snapshot(text: str) -> Snapshot:
    """A ``<domainsnapshot>`` document. Raises ``Malformed``."""
    return record(text)[0]


def record(text: str) -> tuple[Snapshot, frozenset[str]]:
    """The same, and every path in it. Raises ``Malformed``."""
    root = tree(text)
    return _snapshot(root), mentions.names(root)


def memory_in(node: etree._Element | None) -> Memory:
    """What the ``<memory>`` of a ``<domainsnapshot>`` says that it saved of the RAM."""
    mode = node.get("snapshot") if node is not None else None
    return Memory(mode) if mode in ("internal", "external") else Memory.NO


def _snapshot(root: etree._Element) -> Snapshot:
    memory = root.find("memory")
    next_start, then = recorded(root), _disks_then(root)
    return Snapshot(
        name=root.findtext("name") or "",
        parent=root.findtext("parent/name"),
        created=xml.number(xml.text(root, "creationTime")),
        description=(root.findtext("description") or "").strip(),
        state=xml.text(root, "state"),
        memory=memory_in(memory),
        memory_file=memory.get("file", "") if memory is not None else "",
        disks=tuple(_snapshot_disk(root, node, then) for node in _few(root, "disks/disk")),
        unlike=_unlike(root),
        definition=definition.read(next_start) if next_start is not None else None,
        unfinished=tuple(
            disk.get("name", "")
            for disk in root.iterfind("disks/disk")
            if disk.find("snapshotDeleteInProgress") is not None
        ),
    )


def has_external_revert(capabilities: str) -> bool:
    """Whether any guest of ``virConnectGetCapabilities`` carries ``<externalSnapshot/>``."""
    return tree(capabilities).find("guest/features/externalSnapshot") is not None


def pool_folder(text: str, kinds: tuple[str, ...]) -> str:
    """The folder of a ``<pool>`` of one of these kinds; empty for another."""
    root = tree(text)
    return xml.text(root, "target/path") if root.get("type") in kinds else ""


def needed(text: str) -> Iterator[str]:
    """Every file that a ``<domain>`` or ``<domainsnapshot>`` document needs to come back.

    Not the overlays that a snapshot made: its record names them after they have gone.
    """
    root = tree(text)
    for disk in root.iter("disk"):
        if disk.find("target") is not None:
            yield from filter(None, (source_of(source) for source in disk.iter("source")))
    memory = root.find("memory")
    if memory is not None and memory.get("file"):
        yield memory.get("file", "")
