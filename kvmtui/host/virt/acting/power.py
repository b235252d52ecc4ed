"""Starting, stopping and pausing a domain."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import libvirt

from kvmtui.host.base import Refused
from kvmtui.model import errand
from kvmtui.plans.steps import Power, Verb


def switch(domain: Any, step: Power) -> None:
    """``virDomainCreate``, ``Shutdown``, ``Suspend``, ``Resume`` or ``Destroy``."""
    if step.only_paused and domain.state(0)[0] != libvirt.VIR_DOMAIN_PAUSED:
        raise Refused("it is not paused any more: somebody else has switched it")
    match step.verb:
        case Verb.START:
            domain.create()
        case Verb.START_PAUSED:
            domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
            if step.for_merge:
                _note(domain, errand.NOTE)
        case Verb.START_FRESH:
            domain.createWithFlags(libvirt.VIR_DOMAIN_START_FORCE_BOOT)
        case Verb.SHUTDOWN:
            _shut_down(domain)
        case Verb.PAUSE:
            if domain.state(0)[0] == libvirt.VIR_DOMAIN_PAUSED:
                raise Refused("it is paused already: somebody else has paused it")
            domain.suspend()
        case Verb.RESUME:
            domain.resume()
            _note(domain, None)
        case Verb.FORCE_OFF:
            domain.destroy()


def _note(domain: Any, text: str | None) -> None:
    """``virDomainSetMetadata``; a guest that runs or merges needs no note to do so."""
    kind, live = libvirt.VIR_DOMAIN_METADATA_ELEMENT, libvirt.VIR_DOMAIN_AFFECT_LIVE
    with suppress(libvirt.libvirtError):
        domain.setMetadata(kind, text, errand.PREFIX if text else None, errand.NAMESPACE, live)


def _shut_down(domain: Any) -> None:
    """A guest can be off before libvirt has heard its answer, and reports that as an error."""
    try:
        domain.shutdown()
    except libvirt.libvirtError:
        if domain.isActive():
            raise
