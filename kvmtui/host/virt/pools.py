"""What libvirt's storage pools know of a path on a host whose files cannot be looked at."""

from __future__ import annotations

import os
from typing import Any

import libvirt

from kvmtui.model import parse
from kvmtui.model.place import Place, There


def place(handle: Any, path: str) -> Place:
    """What the pool of its folder says; a pool knows nothing of files younger than its refresh."""
    folder = os.path.dirname(path)
    try:
        pool = _of(handle, folder)
        if pool is None:
            return Place(path)
        _state, _capacity, _allocation, free = pool.info()
        beside = frozenset(os.path.join(folder, name) for name in pool.listVolumes())
    except libvirt.libvirtError:
        return Place(path)
    there = There.FILE if path in beside else There.UNKNOWN
    return Place(path, there, There.FOLDER, beside=beside, free=free)


def _of(handle: Any, folder: str) -> Any:
    """The active pool whose target is that folder, or None."""
    for pool in handle.listAllStoragePools(libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE):
        if parse.tree(pool.XMLDesc(0)).findtext("target/path") == folder:
            return pool
    return None
