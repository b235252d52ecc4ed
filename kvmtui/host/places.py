"""Looks at paths of this machine at which files are wanted; nothing is opened for writing."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress

from kvmtui.host import images, overlay
from kvmtui.host.reach import reach
from kvmtui.model.place import Place, There


def looked_at(path: str) -> Place:
    """The path and its folder; blocks as long as the storage behind them does."""
    folder = os.path.dirname(path)
    try:
        reach(path)
    except OSError:
        return Place(path)
    there = _there(path)
    size, held = _device(path) if there is There.BLOCK else (None, False)
    return Place(
        path,
        there,
        _there(folder),
        real=os.path.realpath(path),
        beside=images.beside(folder),
        free=images.free(folder),
        size=size,
        held=held,
        image=overlay.read(path) if there is There.FILE else None,
    )


def _there(path: str) -> There:
    """What is certain; a link that leads nowhere is something, too."""
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return There.OTHER if os.path.islink(path) else There.NOTHING
    except (OSError, ValueError):
        return There.UNKNOWN
    kinds = {
        stat.S_IFREG: There.FILE,
        stat.S_IFBLK: There.BLOCK,
        stat.S_IFDIR: There.FOLDER,
    }
    return kinds.get(stat.S_IFMT(mode), There.OTHER)


def _device(path: str) -> tuple[int | None, bool]:
    """Size in bytes, and whether the kernel lets nobody else have it (``O_EXCL``)."""
    size, held = None, False
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        size = os.lseek(handle, 0, os.SEEK_END)
        os.close(handle)
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_EXCL))
    except OSError as error:
        held = error.errno == errno.EBUSY
    return size, held
