"""Whether libvirt has room for the records of snapshots.

It rewrites one by a new file, and where that cannot be written it knows no such snapshot any more
until it is started again.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qs, urlsplit

import libvirt

from kvmtui.host.base import Refused
from kvmtui.host.reach import reach
from kvmtui.host.virt import sizes

LEAST = 2**20
"""Bytes that must be free; a record takes some 20 KiB."""

SYSTEM = "/var/lib/libvirt/qemu/snapshot"


def cramped(handle: Any) -> str:
    """The folder of the records, if there is hardly room left; empty too where nobody can look."""
    records = folder(handle)
    try:
        reach(records)
        status = os.statvfs(records) if records else None
    except OSError:
        return ""
    if status is None:
        return ""
    full = status.f_bfree * status.f_frsize < LEAST  # libvirtd is root
    return records if full or (status.f_files > 0 and status.f_ffree == 0) else ""


def folder(handle: Any) -> str:
    """Where the records of a daemon of this machine lie, unless it is asked by an odd socket."""
    parts = urlsplit(handle.getURI())
    named = parse_qs(parts.query)
    if not parts.scheme.startswith("qemu") or not sizes.is_local(handle) or "socket" in named:
        return ""
    match parts.path:
        case "/system":
            return SYSTEM
        case "/session":
            own = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
            return os.path.join(own, "libvirt/qemu/lib/snapshot")
        case "/embed" if "root" in named:
            return os.path.join(named["root"][0], "lib/qemu/snapshot")
    return ""


def redefine(domain: Any, record: str, *, current: bool = False) -> None:
    """``virDomainSnapshotCreateXML`` with REDEFINE, if the record can be written."""
    refuse(domain)
    flags = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE
    flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT if current else 0
    domain.snapshotCreateXML(record, flags)


def refuse(domain: Any) -> None:
    """Raises ``Refused`` where libvirt would lose a record."""
    full = cramped(domain.connect())
    if full:
        raise Refused(f"there is no room in {full}: libvirt would lose the record")
