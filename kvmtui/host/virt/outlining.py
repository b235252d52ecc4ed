"""The snapshots of domains that nobody looks at: by few calls, or by little parsing."""

from __future__ import annotations

from typing import Any

import libvirt

from kvmtui.host.virt import reading
from kvmtui.model import heading
from kvmtui.model.outline import Entry, Outline
from kvmtui.model.snapshot import Kind


def sketch(domain: Any) -> Outline:
    """Names and kinds, without any record: three calls, however many snapshots there are."""
    names = [snapshot.getName() for snapshot in domain.listAllSnapshots(0)]
    if not names:
        return Outline()
    inside = _of_kind(domain, libvirt.VIR_DOMAIN_SNAPSHOT_LIST_INTERNAL)
    kinds = (Kind.INTERNAL if name in inside else Kind.EXTERNAL for name in names)
    return Outline(tuple(map(Entry, names, kinds)), reading.current(domain))


def _of_kind(domain: Any, flag: int) -> frozenset[str]:
    return frozenset(snapshot.getName() for snapshot in domain.listAllSnapshots(flag))


def whole(domain: Any) -> Outline:
    """With what the records tell: a call for each."""
    entries = tuple(map(heading.entry, reading.records(domain)))
    return Outline(entries, reading.current(domain) if entries else None, whole=True)
