"""What is mounted on this machine, as the kernel lists it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")

REMOTE = ("nfs", "nfs4", "cifs", "smb3", "ceph", "9p", "virtiofs", "glusterfs", "lustre")
"""Kinds of file systems that a server holds; so does one of ``fuse.…``, as far as is known."""


def is_remote(kind: str) -> bool:
    """Whether file systems of that kind are a server's."""
    return kind in REMOTE or kind.startswith("fuse.")


def kind(number: str) -> str:
    """That of the file system with the number ``major:minor``; empty where it is not known.

    It is not of parts of a btrfs.
    """
    return next((kind for at, _point, kind in _table() if at == number), "")


def remote() -> tuple[str, ...]:
    """Where file systems of servers are; none where that is not known."""
    return tuple(point for _at, point, kind in _table() if is_remote(kind))


def _table() -> tuple[tuple[str, str, str], ...]:
    """Number, mount point and kind of each."""
    with suppress(OSError):
        return _parsed(MOUNTS.read_text())
    return ()


@lru_cache(maxsize=1)
def _parsed(text: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(_mounts(text))


def _mounts(text: str) -> Iterator[tuple[str, str, str]]:
    for line in text.splitlines():
        mount, _, file_system = line.partition(" - ")
        fields = mount.split()
        if len(fields) > 4:
            yield fields[2], _unescaped(fields[4]), file_system.partition(" ")[0]


def _unescaped(point: str) -> str:
    r"""The kernel writes blanks and the like as \040."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), point)
