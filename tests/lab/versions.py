"""On which libvirts the lab runs: the machine's own, and the one of another Debian."""

from __future__ import annotations

import os
import re
import subprocess

from tests.lab.missing import Missing, program

HOST = "host"
"""The machine's own libvirt."""

OTHERS = {"trixie": "11.3", "bookworm": "9.0"}
"""Debians and the libvirt in each: both are in the field, so both are run wherever the lab is."""


def chosen() -> list[str]:
    """The host and the first other Debian whose libvirt the host has not.

    Unless `KVMTUI_LAB_DEBIAN=host,trixie,sid` says otherwise.
    """
    if asked := os.environ.get("KVMTUI_LAB_DEBIAN"):
        return asked.split(",")
    own = _own()
    return [HOST, next(suite for suite, libvirt in OTHERS.items() if libvirt != own)]


def short(libvirt: int) -> str:
    """A version as libvirt counts it (11003000) as people do (11.3)."""
    return f"{libvirt // 1_000_000}.{libvirt // 1000 % 1000}"


def _own() -> str:
    """The version of the machine's libvirt, empty when there is none."""
    try:
        libvirtd = program("libvirtd", "libvirt-daemon")
    except Missing:
        return ""
    said = subprocess.run([libvirtd, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"(\d+\.\d+)\.\d+", said.stdout)
    return found[1] if found else ""
