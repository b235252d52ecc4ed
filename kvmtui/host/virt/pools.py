"""Storage pools: where libvirt itself can look at files and remove them, on any host."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import libvirt

from kvmtui.model import parse
from kvmtui.model.place import Place, There

_FOLDERS = ("dir", "fs", "netfs")
"""Kinds of pools whose volumes are the files of one folder."""


def folders(handle: Any) -> frozenset[str]:
    """The folders of all active pools of files; none where the driver has no pools."""
    return frozenset(by_folder(handle))


def by_folder(handle: Any) -> dict[str, Any]:
    """The active pools of files by their folders."""
    try:
        pools = handle.listAllStoragePools(libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE)
    except libvirt.libvirtError:
        return {}
    return {folder: pool for pool in pools if (folder := _folder(pool))}


def place(handle: Any, path: str) -> Place:
    """What the pool of its folder says; a pool knows nothing of files younger than its refresh."""
    folder = os.path.dirname(path)
    try:
        pool = by_folder(handle).get(folder)
        if pool is None:
            return Place(path)
        _state, _capacity, _allocation, free = pool.info()
        beside = frozenset(os.path.join(folder, name) for name in pool.listVolumes())
    except libvirt.libvirtError:
        return Place(path)
    there = There.FILE if path in beside else There.UNKNOWN
    return Place(path, there, There.FOLDER, beside=beside, free=free)


def _folder(pool: Any) -> str:
    """Where the files of a pool lie; empty for a pool of something else."""
    with suppress(libvirt.libvirtError):
        return parse.pool_folder(pool.XMLDesc(0), _FOLDERS)
    return ""


def volume(handle: Any, path: str, folder: str) -> Any:
    """The volume that the file is, after a new look into its pool where libvirt knows none yet.

    Raises ``libvirtError`` when there is none.
    """
    try:
        return handle.storageVolLookupByPath(path)
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_STORAGE_VOL:
            raise
    handle.storagePoolLookupByTargetPath(folder).refresh(0)
    return handle.storageVolLookupByPath(path)
