"""Whose clock wrote the times of a file: times of two clocks cannot be compared to the second."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")

REMOTE = ("nfs", "nfs4", "cifs", "smb3", "ceph", "9p", "virtiofs", "glusterfs", "lustre")
"""File systems whose server writes the times; so do those of ``fuse.…``, as far as is known."""


def of(path: str) -> str:
    """Empty for the clock of this machine, else the number of the file system that holds it."""
    try:
        device = os.stat(path).st_dev
    except OSError:
        return ""
    number = f"{os.major(device)}:{os.minor(device)}"
    kind = _kind(number)
    own = kind and kind not in REMOTE and not kind.startswith("fuse.")
    return "" if own else number


def is_served(path: str) -> bool:
    """Whether the file lies on a file server, which other machines may use, too."""
    try:
        device = os.stat(path).st_dev
    except OSError:
        return False
    kind = _kind(f"{os.major(device)}:{os.minor(device)}")
    return kind in REMOTE or kind.startswith("fuse.")


def _kind(number: str) -> str:
    """The kind of a mounted file system; empty where that is not known, as of parts of a btrfs."""
    with suppress(OSError):
        for line in MOUNTS.read_text().splitlines():
            mount, _, file_system = line.partition(" - ")
            if number in mount.split()[2:3]:
                return file_system.partition(" ")[0]
    return ""
