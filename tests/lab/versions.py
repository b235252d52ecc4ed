"""On which libvirts the lab runs: the machine's own, and those of other Debians."""

from __future__ import annotations

import os

HOST = "host"
"""The machine's own libvirt."""

OTHERS = ("trixie", "bookworm", "sid")
"""Debians that can be made beside it: libvirt 11.3, 9.0, and the newest."""


def chosen() -> list[str]:
    """The host alone, unless `KVMTUI_LAB_DEBIAN=host,trixie` says otherwise."""
    return (os.environ.get("KVMTUI_LAB_DEBIAN") or HOST).split(",")


def short(libvirt: int) -> str:
    """A version as libvirt counts it (11003000) as people do (11.3)."""
    return f"{libvirt // 1_000_000}.{libvirt // 1000 % 1000}"
