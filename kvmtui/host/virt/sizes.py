"""How big the layers of a chain are, from the cheapest source that knows."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import libvirt

from kvmtui.host import here, walk
from kvmtui.host.virt.pulling import pulls
from kvmtui.host.virt.volumes import Volumes
from kvmtui.model.disk import Disk, Layer
from kvmtui.model.domain import Config
from kvmtui.model.value import replace

Sizes = dict[tuple[str, int], tuple[int | None, int | None]]
"""(target, backing index) -> (capacity, used), in bytes."""


def is_local(handle: Any) -> bool:
    """Whether the host's files can be looked at from here."""
    parts = urlsplit(handle.getURI())
    return not parts.netloc and handle.getType() != "TEST"


def measured(volumes: Volumes, domain: Any, config: Config, *, ask_qemu: bool) -> Config:
    """The same definition with sizes, missing files, and chains that libvirt does not record.

    ``ask_qemu``: QEMU may be asked about its images. QEMU 7.2 crashes when that happens while a
    pull ends.
    """
    running = bool(domain.isActive())
    ask_qemu = ask_qemu and not (running and pulls(domain, config.disks))
    live = _running(volumes.handle, domain) if running and ask_qemu else {}
    ask = ask_qemu or not running
    disks = [_told(domain, disk, live, ask=ask) for disk in map(volumes.resolved, config.disks)]
    volumes.want(disks)
    return replace(config, disks=tuple(_seen(volumes, disk, whole=not running) for disk in disks))


def _running(handle: Any, domain: Any) -> Sizes:
    """Bulk statistics with every backing layer; never waits for the domain's lock."""
    flags = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
    flags |= libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_BACKING
    try:
        rows = handle.domainListGetStats([domain], libvirt.VIR_DOMAIN_STATS_BLOCK, flags)
    except libvirt.libvirtError:
        return {}
    stats = rows[0][1] if rows else {}
    return {
        (stats.get(f"block.{n}.name", ""), stats.get(f"block.{n}.backingIndex", 0)): (
            stats.get(f"block.{n}.capacity"),
            stats.get(f"block.{n}.physical"),
        )
        for n in blocks(stats)
    }


def blocks(stats: dict[str, Any]) -> range:
    """Numbers of the images in statistics; what is counted must have been told, too."""
    return range(min(stats.get("block.count", 0), len(stats)))


def _told(domain: Any, disk: Disk, live: Sizes, *, ask: bool) -> Disk:
    """The disk with what libvirt says of the domain alone."""
    if disk.active is None:
        return disk
    layers = tuple(_layer(disk, layer, live, first=n == 0) for n, layer in enumerate(disk.layers))
    if not live and ask:
        layers = (_off(domain, disk, layers[0]), *layers[1:])
    return replace(disk, layers=layers)


def _seen(volumes: Volumes, disk: Disk, *, whole: bool) -> Disk:
    """The disk as this machine or a storage pool sees its images.

    While the domain runs, libvirt knows the chain, and QEMU how big it is.
    """
    if disk.active is None:
        return disk
    if disk.active.kind not in here.KINDS:
        return walk.looked_at(disk, walk.Sight, whole=whole)
    if is_local(volumes.handle):
        disk = here.beside(walk.looked_at(disk, _here(volumes, times=whole), whole=whole))
        return disk if disk.folder is not None else volumes.beside(disk)
    disk = walk.looked_at(disk, volumes.look, whole=True) if whole else disk
    return volumes.beside(disk)


def _here(volumes: Volumes, *, times: bool) -> walk.Look:
    """Looks by oneself, and asks a storage pool for what libvirt alone may read."""
    own = here.Here(times=times)

    def look(layer: Layer) -> walk.Sight:
        sight = own.look(layer)
        if not sight.layer.unread:
            return sight
        told = volumes.look(layer)
        return told if told.known else sight

    return look


def _layer(disk: Disk, layer: Layer, live: Sizes, *, first: bool) -> Layer:
    keys = [(disk.target, layer.index or 0)] + ([(disk.target, 0)] if first else [])
    capacity, used = next((live[key] for key in keys if key in live), (None, None))
    return replace(layer, capacity=capacity, used=used)


def _off(domain: Any, disk: Disk, layer: Layer) -> Layer:
    """The active layer of a domain that is off (``virDomainGetBlockInfo``)."""
    with suppress(libvirt.libvirtError):
        capacity, used, _length = domain.blockInfo(disk.target, 0)
        return replace(layer, capacity=capacity, used=used)
    return layer
