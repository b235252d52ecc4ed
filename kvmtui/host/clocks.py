"""Whose clock wrote the times of a file: times of two clocks cannot be compared to the second."""

from __future__ import annotations

import os

from kvmtui.host import mounts
from kvmtui.host.reach import reach


def of(path: str) -> str:
    """Empty for the clock of this machine, else the number of the file system that holds it."""
    number = _number(path)
    kind = mounts.kind(number) if number else ""
    return "" if not number or (kind and not mounts.is_remote(kind)) else number


def is_served(path: str) -> bool:
    """Whether the file lies on a file server, which other machines may use, too."""
    number = _number(path)
    return bool(number) and mounts.is_remote(mounts.kind(number))


def _number(path: str) -> str:
    """That of the file system, as the kernel tells it; empty where nobody can look."""
    try:
        reach(path)
        device = os.stat(path).st_dev
    except OSError:
        return ""
    return f"{os.major(device)}:{os.minor(device)}"
