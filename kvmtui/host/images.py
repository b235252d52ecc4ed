"""Images on this machine, read without locking or changing them (``qemu-img info -U``)."""

from __future__ import annotations

import errno
import json
import os
import stat
import struct
import subprocess
from sys import intern
from typing import Any

from kvmtui.host.reach import reach
from kvmtui.host.walk import DEEPEST

TIMEOUT = 10
"""Seconds; an image on storage that hangs must not hold its lane for good."""

LONGEST = 1023
"""Bytes of the longest name of a backing file that qcow2 allows."""

FURTHEST = 2**21
"""Where that name stands at most: qcow2 has it in the first cluster, which has 2 MiB at most."""


def info(path: str, image_format: str = "", *, chain: bool = True) -> list[dict[str, Any]]:
    """An image as qemu-img sees it, and the chain below it; empty where that cannot be read.

    A format that libvirt knows is never guessed: what a guest writes into a raw disk could look
    like another one and name any file of the host. Only absolute paths are opened.
    """
    if not os.path.isabs(path):
        return []
    command = ["qemu-img", "info", "-U", "--output=json", *(["--backing-chain"] if chain else [])]
    command += ["-f", image_format, path] if image_format else [path]
    try:
        reach(path)
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=True,
        )
        answer = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return []
    parts = answer if isinstance(answer, list) else [answer]
    return [part for part in parts if isinstance(part, dict)]


_folders: dict[str, tuple[int, frozenset[str]]] = {}
"""Listings by folder, with the time of its last change in nanoseconds."""


def beside(folder: str) -> frozenset[str] | None:
    """Paths of the files in a folder; listed anew only when the folder has changed."""
    try:
        reach(folder)
        changed = os.stat(folder).st_mtime_ns
        known = _folders.get(folder)
        if known is None or known[0] != changed:
            known = (changed, frozenset(intern(entry.path) for entry in os.scandir(folder)))
            _folders[folder] = known
    except OSError:
        return None
    return known[1]


def below(path: str, seen: dict[str, str | None]) -> tuple[str, ...] | None:
    """The chain below an image as the headers name it; None where one is missing.

    ``seen`` holds what stands directly below each image that was looked at before.
    """
    found: list[str] = []
    while len(found) < DEEPEST:
        if path not in seen:
            seen[path] = _below(path)
        lower = seen[path]
        if not lower:
            return None if lower is None else tuple(found)
        path = lower
        found.append(path)
    return tuple(found)


def _below(path: str) -> str | None:
    lower = _header(path)
    return intern(os.path.join(os.path.dirname(path), lower)) if lower else lower


def backing(path: str) -> str:
    """The backing file as the header of a qcow2 image names it; empty where there is none."""
    return _header(path) or ""


def _header(path: str) -> str | None:
    """What ``backing`` gives; None where there is no image, or it cannot be read."""
    handle = opened(path)
    if isinstance(handle, str):
        return None
    try:
        magic, _version, offset, length = struct.unpack(">4sIQI", os.pread(handle, 20, 0))
        if magic != b"QFI\xfb" or not 0 < offset <= FURTHEST or length > LONGEST:
            return ""
        return os.fsdecode(os.pread(handle, length, offset))
    except struct.error:
        return ""
    except OSError:
        return None
    finally:
        os.close(handle)


GONE = os.strerror(errno.ENOENT)


def opened(path: str) -> int | str:
    """A descriptor to read an image by, or why there is none; a pipe is not waited for."""
    try:
        reach(path)
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return error.strerror or str(error)
    except ValueError:
        return "not a path"
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode) or stat.S_ISBLK(mode):
        return handle
    os.close(handle)
    return "neither a file nor a block device"


def changed(path: str) -> float | None:
    """When a file was written to last; None of what is no file, where times say nothing."""
    try:
        reach(path)
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime if stat.S_ISREG(status.st_mode) else None


def free(folder: str) -> int | None:
    """Bytes that an ordinary user may still write on the file system of a folder."""
    try:
        reach(folder)
        status = os.statvfs(folder)
    except OSError:
        return None
    return status.f_bavail * status.f_frsize
