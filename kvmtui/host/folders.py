"""What lies in folders of this machine, and what needs what there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache

from kvmtui.host import clocks, headers, images
from kvmtui.host.reach import reach
from kvmtui.model.folder import QCOW2, Folder, StoredFile
from kvmtui.model.value import replace

MOST = 5000
"""Files of a folder that are looked into; in a larger one nothing can be told."""

_Stamp = tuple[int, int, int]
"""inode, size and time of the last change, in nanoseconds."""

_Known = dict[str, tuple[_Stamp, StoredFile | None]]
"""What each file of a folder was when it was read; anything but images is None."""

_known: dict[tuple[str, tuple[str, ...]], _Known] = {}
"""By folder and the folders that it was looked into with."""


def looked_into(folders: tuple[str, ...], names: frozenset[str]) -> tuple[Folder, ...]:
    """These folders; ``names`` are the files that domains and snapshots name.

    Of those only the header is read: they change all the time.
    """
    try:
        for path in (*folders, *names):
            reach(path)
    except OSError:  # what is not looked at may lead to any file here
        return tuple(Folder(path, unread=1) for path in folders)
    reals = {os.path.realpath(folder): folder for folder in folders}
    aliases = _aliases(folders, names)
    found = []
    for path in folders:
        known = _known.get((path, folders), {})
        folder, _known[path, folders] = _folder(path, names, aliases, reals, known)
        found.append(folder)
    return tuple(found)


@lru_cache(maxsize=8)
def _aliases(folders: tuple[str, ...], names: frozenset[str]) -> frozenset[str]:
    """The paths in these folders to which other paths lead that are named."""
    reals = {os.path.realpath(folder): folder for folder in folders}
    found = {spelt for name in names if name[:1] == "/" for spelt in _spelt(name, reals)}
    return frozenset(path for path in found - names if os.path.dirname(path) in folders)


def _spelt(path: str, reals: Mapping[str, str]) -> set[str]:
    """The path as the listings of the folders have it, and what it leads to if it is a link."""
    found = {os.path.normpath(path)}
    reach(path)
    for each in (path, os.path.realpath(path)):
        folder, name = os.path.split(each)
        real = os.path.realpath(folder)
        found.add(os.path.join(reals.get(real, folder), name))
    return found


def _folder(
    path: str,
    names: frozenset[str],
    aliases: frozenset[str],
    reals: Mapping[str, str],
    known: _Known,
    most: int | None = MOST,
) -> tuple[Folder, _Known]:
    """What lies there; of files that are as they are ``known`` the header is not read again."""
    now: _Known = {}
    unread, files = 0, []
    try:
        listed = sorted(os.scandir(path), key=lambda entry: entry.path)
    except OSError:
        return Folder(path, unread=1), now
    if most is not None and len(listed) > most:
        return Folder(path, unread=len(listed)), now
    for entry in listed:
        file = entry.path
        try:
            if entry.is_dir(follow_symlinks=False):
                continue  # perhaps of a file server
            if entry.is_symlink():
                reach(file)
            status = os.stat(file)
            if not stat.S_ISREG(status.st_mode):
                continue
            stamp = (status.st_ino, status.st_size, status.st_mtime_ns)
            before = known.get(file)
            header = before[1] if before and before[0] == stamp else _header(file, reals)
            now[file] = (stamp, header)
            if header is not None:
                is_named = file in names or file in aliases
                files.append(header if is_named else _of_nobody(header, status))
        except FileNotFoundError:
            continue  # a link that leads nowhere, or gone meanwhile
        except OSError:
            unread += 1
    own = frozenset(alias for alias in aliases if _is_in(alias, path))
    return Folder(path, tuple(files), unread, own, clocks.is_served(path)), now


def _is_in(path: str, folder: str) -> bool:
    return os.path.dirname(path) == folder


def _header(file: str, reals: Mapping[str, str]) -> StoredFile | None:
    descriptor = headers.opened(file)
    if descriptor is None:
        return None
    try:
        found = headers.read(file, descriptor)
    finally:
        os.close(descriptor)
    if found is None:
        return None
    spelt = (each for path in found.needs for each in _spelt(path, reals))
    return replace(found, needs=frozenset(spelt))


def _of_nobody(file: StoredFile, status: os.stat_result) -> StoredFile:
    """The file with what somebody must know who removes it."""
    return replace(
        file,
        used=status.st_blocks * 512,
        changed=status.st_mtime,
        held=status.st_nlink > 1 or os.path.islink(file.path) or is_locked(file.path),
    )


def is_locked(file: str) -> bool:
    """Whether a program has the image open for itself."""
    with suppress(OSError):
        descriptor = headers.opened(file)
        if descriptor is not None:
            try:
                return headers.locked(descriptor)
            finally:
                os.close(descriptor)
    return False


def needing(file: str) -> list[str]:
    """The files beside it whose headers name it, read now; by whatever way they name it."""
    path = os.path.dirname(file)
    reals = {os.path.realpath(path): path}
    folder, _ = _folder(path, frozenset({file}), frozenset(), reals, {}, most=None)
    return [other.path for other in folder.files if file in other.needs and other.path != file]


def below(file: str, seen: set[str]) -> Iterator[str]:
    """What an image stands on by its header, and what that does, as far as they can be read.

    Not again what is ``seen`` already. Raises ``TimeoutError`` where a file server does not answer.
    """
    waiting = [file] if file.startswith("/") else []
    while waiting:
        upper = waiting.pop()
        if upper in seen:
            continue
        seen.add(upper)
        lower = _needs(upper)
        yield from lower
        waiting += lower


def _needs(file: str) -> frozenset[str]:
    header = None
    reach(file)
    with suppress(OSError, ValueError):
        mode = os.stat(file).st_mode  # opening a device of another kind could do something
        handle = images.opened(file) if stat.S_ISREG(mode) or stat.S_ISBLK(mode) else ""
        if isinstance(handle, int):
            try:
                header = headers.read(file, handle)
            finally:
                os.close(handle)
    return header.needs if header is not None and header.format == QCOW2 else frozenset()
