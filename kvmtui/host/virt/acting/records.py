"""Writing down something else of a snapshot or a domain."""

from __future__ import annotations

from typing import Any

import libvirt

from kvmtui.host.virt import compose, keeping
from kvmtui.host.virt.acting import restart
from kvmtui.plans.steps import AdoptSnapshot, EditRecord, SetMetadata

_KINDS = {
    "title": libvirt.VIR_DOMAIN_METADATA_TITLE,
    "description": libvirt.VIR_DOMAIN_METADATA_DESCRIPTION,
}


def edit(domain: Any, step: EditRecord) -> None:
    """``virDomainSnapshotCreateXML`` with REDEFINE."""
    record = compose.edited(restart.recorded(domain, step.snapshot), step)
    keeping.redefine(domain, record, current=step.current)


def adopt(domain: Any, step: AdoptSnapshot) -> None:
    """``virDomainSnapshotCreateXML`` with REDEFINE, around the present definition."""
    present = domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE)
    keeping.redefine(domain, compose.adopted(present, step))


def describe(domain: Any, step: SetMetadata) -> None:
    """``virDomainSetMetadata``; of one that has stopped meanwhile, in its definition alone."""
    flags = libvirt.VIR_DOMAIN_AFFECT_CONFIG if step.config else 0
    if step.live and not (step.config and not domain.isActive()):
        flags |= libvirt.VIR_DOMAIN_AFFECT_LIVE
    domain.setMetadata(_KINDS[step.kind], step.text or None, None, None, flags)
