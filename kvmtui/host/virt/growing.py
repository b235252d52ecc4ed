"""How much the layers hold that a running guest writes to, in one call that waits for nobody."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import libvirt

from kvmtui.host import images
from kvmtui.host.meter import Size
from kvmtui.host.virt import sizes
from kvmtui.host.virt.pulling import pulls
from kvmtui.model.disk import Disk

Stats = dict[str, Any]


def measured(handle: Any, domain: Any, disks: tuple[Disk, ...]) -> tuple[Size, ...]:
    """The active layers of these disks; nothing of those that libvirt does not tell of."""
    if pulls(domain, disks):
        return ()
    flags = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
    try:
        rows = handle.domainListGetStats([domain], libvirt.VIR_DOMAIN_STATS_BLOCK, flags)
    except libvirt.libvirtError:
        return ()
    stats = rows[0][1] if rows else {}
    return tuple(_sizes(stats, disks, local=sizes.is_local(handle)))


def _sizes(stats: Stats, disks: tuple[Disk, ...], *, local: bool) -> Iterator[Size]:
    wanted = {disk.target: disk for disk in disks}
    for number in sizes.blocks(stats):
        told = {key: stats.get(f"block.{number}.{key}") for key in ("name", "path")}
        disk = wanted.get(told["name"] or "")
        active = disk.active if disk else None
        length = stats.get(f"block.{number}.physical")
        if disk is None or active is None or told["path"] != active.source or length is None:
            continue
        if active.kind == "file":
            room = images.free(os.path.dirname(active.source)) if local else None
            yield Size(disk.target, active.source, length, room)
        elif active.kind == "block" and active.format == "qcow2":
            written = stats.get(f"block.{number}.allocation", 0)  # the highest byte
            yield Size(disk.target, active.source, written, max(length - written, 0))
