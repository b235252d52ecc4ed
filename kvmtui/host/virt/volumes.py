"""Disk images as the storage pools of a host tell of them, wherever the host is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from os.path import dirname, isabs, join
from typing import Any

import libvirt

from kvmtui.host import walk
from kvmtui.host.virt import pools
from kvmtui.host.walk import Sight
from kvmtui.model import volume
from kvmtui.model.disk import Disk, Layer
from kvmtui.model.snapshot import Snapshot, SnapshotDisk
from kvmtui.model.value import replace
from kvmtui.model.volume import Volume

REST = 10.0
"""Seconds for which nobody has a pool look at all its files again unless a plan needs it."""

SHARE = 10
"""A pool that takes long is left alone for so many times as long."""

PATHS = ("file", "block")
"""Kinds of images that have a path on the host."""

_NONE = (libvirt.VIR_ERR_NO_STORAGE_VOL, libvirt.VIR_ERR_NO_SUPPORT)
"""What libvirt answers where it knows no such volume, or no volumes at all."""

_KINDS = ("file", "block", "dir", "network", "netdir", "ploop")
"""``virStorageVolType``."""


class _Pool:
    def __init__(self, handle: Any) -> None:
        self.handle = handle
        self.asked = float("-inf")
        """When it was told to look at its files, by the monotonic clock: all it knows is older."""
        self.took = 0.0
        """Seconds that this took."""
        self.sound = False
        """It did look, the last time."""

    def led_to_by(self, handle: Any) -> _Pool:
        """The same pool, by a handle that is valid now."""
        self.handle = handle
        return self


class Volumes:
    """The pools of one connection. A refresh reads the header of every file, so it is rare."""

    def __init__(self, handle: Any, now: Callable[[], float] = time.monotonic) -> None:
        self.handle = handle
        self.now = now
        self._folders: dict[str, _Pool] = {}
        self._wanted: dict[str, float] = {}
        """Since when somebody names a path of which no pool knows."""
        self._listed = float("-inf")
        self._since = float("-inf")
        """What pools tell must not be older than this."""

    def renew(self) -> None:
        """A plan is to be made: nothing that was learnt before is good enough."""
        self._since = self.now()

    def look(self, layer: Layer) -> Sight:
        """One image, as a volume; of what libvirt told before only the gaps are filled."""
        if layer.kind not in PATHS or not isabs(layer.source):
            return Sight(layer)
        try:
            found = self._find(layer.source)
        except libvirt.libvirtError as error:
            return Sight(replace(layer, unread=str(error.get_error_message())))
        if found is None:
            return Sight(replace(layer, missing=self._is_missing(layer.source)))
        self._wanted.pop(layer.source, None)
        base = walk.named(found.base, found.base_format) if found.base else None
        pool = self._pool(layer.source)
        if base is not None and pool is not None:
            self._wanted.setdefault(base.source, pool.asked)
        return Sight(_with(layer, found, clock=self.handle.getURI()), known=True, base=base)

    def want(self, disks: Iterable[Disk]) -> None:
        """These are named now: a pool that looks at its files from now on must know them."""
        for path in {layer.source for disk in disks for layer in disk.layers}:
            self._wanted.setdefault(path, self.now())

    def _is_missing(self, path: str) -> bool:
        """A pool has looked since the file is named; it leaves out what cannot be printed."""
        pool = self._pool(path)
        if pool is None or not pool.sound or not path.isprintable():
            return False
        return pool.asked >= self._wanted.get(path, self.now())

    def below_base(self, record: SnapshotDisk) -> tuple[str, ...] | None:
        """The chain below the base of a snapshot; as recorded where its end could not be seen."""
        told = walk.below(record.base, self.look)
        return record.below if told is None else told

    def beside(self, disk: Disk) -> Disk:
        """The disk with what its pool tells of the folder of the active layer."""
        pool = self._pool(disk.active.source) if disk.active else None
        if pool is None or disk.active is None:
            return disk
        self._refresh(pool, needed=False)
        folder = dirname(disk.active.source)
        with suppress(libvirt.libvirtError):
            free = pool.handle.info()[3]
            listed = self._listing(pool, folder)
            own = [layer for layer in disk.layers if dirname(layer.source) == folder]
            if any(not layer.missing and layer.source not in (listed or ()) for layer in own):
                listed = None  # it is older than what is named
            layers = tuple(replace(la, free=free) if la in own else la for la in disk.layers)
            return replace(disk, folder=listed, pooled=True, free=free, layers=layers)
        return disk

    def _listing(self, pool: _Pool, folder: str) -> frozenset[str] | None:
        """The files of the pool; None where what it knows may be old."""
        if not self._is_new(pool):
            return None
        return frozenset(join(folder, name) for name in pool.handle.listVolumes())

    def resolved(self, disk: Disk) -> Disk:
        """The disk with the paths of those layers that the definition names as volumes."""
        if all(layer.kind != "volume" for layer in disk.layers):
            return disk
        return replace(disk, layers=tuple(map(self._resolved, disk.layers)))

    def resolved_in(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot with the paths of what its definition names as volumes."""
        if all(record.type != "volume" for record in snapshot.disks):
            return snapshot
        return replace(snapshot, disks=tuple(map(self._record, snapshot.disks)))

    def _record(self, record: SnapshotDisk) -> SnapshotDisk:
        path, kind = self.place_of(record.base) if record.type == "volume" else ("", "")
        return (
            replace(record, base=path, type=kind, volume=record.base) if kind in PATHS else record
        )

    def place_of(self, named: str) -> tuple[str, str]:
        """Path and kind of the volume ``pool:name``; empty where libvirt knows none."""
        pool, _, name = named.partition(":")
        with suppress(libvirt.libvirtError):
            found = self.handle.storagePoolLookupByName(pool).storageVolLookupByName(name)
            return found.path(), _KINDS[found.info()[0]]
        return "", ""

    def _resolved(self, layer: Layer) -> Layer:
        path, kind = self.place_of(layer.source) if layer.kind == "volume" else ("", "")
        if kind not in PATHS:
            return layer
        return replace(layer, source=path, kind=kind, volume=layer.source)

    def _find(self, path: str) -> Volume | None:
        """The volume of that path, after a look into its pool where that is due."""
        pool = self._pool(path)
        if pool is not None:
            self._refresh(pool, needed=False)
        trouble = None
        try:
            found = self._volume(path)
        except libvirt.libvirtError as error:  # as of one that has just vanished
            found, trouble = None, error
        if found is None and pool is not None and self._refresh(pool, needed=True):
            return self._volume(path)
        if trouble is not None:
            raise trouble
        return found

    def _volume(self, path: str) -> Volume | None:
        try:
            return volume.read(self.handle.storageVolLookupByPath(path).XMLDesc(0))
        except libvirt.libvirtError as error:
            if error.get_error_code() not in _NONE:
                raise
        return None

    def _is_new(self, pool: _Pool) -> bool:
        """Whether what it lists is what is there, as far as that is possible."""
        young = self.now() - pool.asked < REST
        return pool.sound and pool.asked >= self._since and young

    def _refresh(self, pool: _Pool, *, needed: bool) -> bool:
        """Has the pool look at its files, if it is due; tells whether it did.

        ``needed``: a volume was asked for that it does not know.
        """
        ago = self.now() - pool.asked
        due = pool.asked < self._since and ago >= pool.took
        if not due and not (needed and ago >= max(REST, SHARE * pool.took)):
            return False
        pool.asked = self.now()
        try:
            pool.handle.refresh(0)
            pool.sound = True
        except libvirt.libvirtError:
            pool.sound = False
        pool.took = self.now() - pool.asked
        return pool.sound

    def _pool(self, path: str) -> _Pool | None:
        """The active pool of the file's folder."""
        if self._listed < self._since or self.now() - self._listed >= REST:
            self._listed = self.now()
            listed = pools.by_folder(self.handle)
            known = self._folders
            self._folders = {
                folder: known[folder].led_to_by(handle) if folder in known else _Pool(handle)
                for folder, handle in listed.items()
            }
        return self._folders.get(dirname(path))


def _with(layer: Layer, found: Volume, *, clock: str) -> Layer:
    changed = found.changed if found.kind == "file" else None
    return replace(
        layer,
        kind=found.kind if found.kind in PATHS else layer.kind,
        format=layer.format or found.format,
        capacity=layer.capacity or found.capacity,
        used=layer.used if layer.used is not None else found.used,
        encryption=layer.encryption or found.encryption,
        changed=changed,
        clock=clock,
        missing=False,
        unread="",
    )
