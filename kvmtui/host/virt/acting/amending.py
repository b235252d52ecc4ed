"""Forgetting and correcting snapshots' records, with those below kept as they are."""

from __future__ import annotations

from typing import Any

import libvirt

from kvmtui.host.base import Refused
from kvmtui.host.virt import keeping, record
from kvmtui.host.virt.acting.restart import recorded
from kvmtui.model import parse
from kvmtui.plans.forgetting import RECORDS_SAFE
from kvmtui.plans.steps import Amend, DeleteSnapshot


def forget(domain: Any, step: DeleteSnapshot) -> None:
    """The record goes, then those that libvirt has rewritten are put back.

    libvirt reports an error where one of these has other disks, with the record gone all the same.
    """
    if step.keeps:
        keeping.refuse(domain)
    gone = domain.snapshotLookupByName(step.snapshot, 0)
    _refuse_others(domain, gone, step)
    parent = parse.snapshot(gone.getXMLDesc(0)).parent
    saved = {name: recorded(domain, name) for name in step.keeps}
    try:
        gone.delete(libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY)
    except libvirt.libvirtError:
        if step.snapshot in (left.getName() for left in domain.listAllSnapshots(0)):
            raise
    for name, text in saved.items():
        if parse.snapshot(text).parent == step.snapshot:
            text = record.below(text, parent)
        keeping.redefine(domain, text)
        before, after = parse.snapshot(text), parse.snapshot(recorded(domain, name))
        if (before.disks, before.parent) != (after.disks, after.parent):
            raise Refused(f"the record of “{name}” could not be put back as it was")


def _refuse_others(domain: Any, gone: Any, step: DeleteSnapshot) -> None:
    """An old libvirt rewrites all below it, also what was not there when the plan was made."""
    if domain.connect().getLibVersion() >= RECORDS_SAFE:
        return
    found = gone.listAllChildren(libvirt.VIR_DOMAIN_SNAPSHOT_LIST_DESCENDANTS)
    for name in (below.getName() for below in found):
        if name not in step.keeps:
            raise Refused(f"“{name}” was taken below “{step.snapshot}” meanwhile")


def amend(domain: Any, step: Amend) -> None:
    """``virDomainSnapshotCreateXML`` with REDEFINE for every record that names the merged layer."""
    for name in step.snapshots:
        text = recorded(domain, name)
        amended = record.standing_on(text, step)
        keeping.redefine(domain, amended)
