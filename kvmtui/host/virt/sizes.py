"""How big the layers of a chain are, from the cheapest source that knows."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import libvirt

from kvmtui.host import images
from kvmtui.host.virt.pulling import pulls
from kvmtui.model.disk import Disk, Layer
from kvmtui.model.domain import Config

Sizes = dict[tuple[str, int], tuple[int | None, int | None]]
"""(target, backing index) -> (capacity, used), in bytes."""


def is_local(handle: Any) -> bool:
    """Whether the host's files can be looked at from here."""
    parts = urlsplit(handle.getURI())
    return not parts.netloc and handle.getType() != "TEST"


def measured(handle: Any, domain: Any, config: Config, *, ask_qemu: bool) -> Config:
    """The same definition with sizes, missing files, and chains that libvirt does not record.

    ``ask_qemu``: QEMU may be asked about its images. QEMU 7.2 crashes when that happens while a
    pull ends.
    """
    running = bool(domain.isActive())
    ask_qemu = ask_qemu and not (running and pulls(domain, config.disks))
    live = _running(handle, domain) if running and ask_qemu else {}
    local = is_local(handle)
    disks = tuple(_disk(domain, disk, live, running, local, ask_qemu) for disk in config.disks)
    return replace(config, disks=disks)


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
        for n in range(stats.get("block.count", 0))
    }


def _disk(domain: Any, disk: Disk, live: Sizes, running: bool, local: bool, ask_qemu: bool) -> Disk:
    if disk.active is None:
        return disk
    layers = tuple(_layer(disk, layer, live, first=n == 0) for n, layer in enumerate(disk.layers))
    if not live and (ask_qemu or not running):
        layers = (_off(domain, disk, layers[0]), *layers[1:])
    disk = replace(disk, layers=layers)
    return images.looked_at(disk, whole=not running) if local else disk


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
