"""On which libvirts the lab runs: the machine's own, and those of other Debians."""

from __future__ import annotations

import os
from bisect import bisect
from typing import TypeVar

T = TypeVar("T")

HOST = "host"
"""The machine's own libvirt."""

OTHERS = ("trixie", "bookworm", "sid")
"""Debians that can be made beside it: libvirt 11.3, 9.0, and the newest."""


def chosen() -> list[str]:
    """The host alone, unless `KVMTUI_LAB_DEBIAN=host,trixie` says otherwise."""
    return (os.environ.get("KVMTUI_LAB_DEBIAN") or HOST).split(",")


CHANGES = (10_000_000, 12_000_000)
"""libvirts from which on other things hold than on that of Debian 12."""


def on(libvirt: int, *told: T) -> T:
    """Which of these holds on that libvirt: from the beginning, from 10.0, from 12.0 on."""
    return told[min(bisect(CHANGES, libvirt), len(told) - 1)]


def short(libvirt: int) -> str:
    """A version as libvirt counts it (11003000) as people do (11.3)."""
    return f"{libvirt // 1_000_000}.{libvirt // 1000 % 1000}"
