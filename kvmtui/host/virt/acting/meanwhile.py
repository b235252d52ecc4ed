"""Snapshots that somebody else has taken of new overlays before these were recorded."""

from __future__ import annotations

from typing import Any

import libvirt

from kvmtui.host.virt import keeping, record
from kvmtui.host.virt.acting.restart import recorded
from kvmtui.model import parse
from kvmtui.plans.steps import Redefine


def hung_below(domain: Any, step: Redefine) -> bool:
    """Hangs them below the snapshot that was gone back to; gives whether there are any.

    libvirt has put them below what was the current one before, whose images are others. The last
    of them is the current one now, and stays it.
    """
    overlays = dict(step.overlays)
    if not domain.hasCurrentSnapshot(0) or _active(domain).items() >= overlays.items():
        return False
    current = name = str(domain.snapshotCurrent(0).getName())
    while True:
        text = recorded(domain, name)
        known = parse.snapshot(text)
        if any(disk.base == overlays.get(disk.target, "") for disk in known.disks if disk.base):
            break
        if known.parent is None:
            return False
        name = known.parent
    keeping.redefine(domain, record.below(text, step.snapshot), current=name == current)
    return True


def _active(domain: Any) -> dict[str, str]:
    """The images that are written to, as they are or would be."""
    flags = 0 if domain.isActive() else libvirt.VIR_DOMAIN_XML_INACTIVE
    disks = parse.domain(domain.XMLDesc(flags)).disks
    return {disk.target: disk.active.source for disk in disks if disk.active}
