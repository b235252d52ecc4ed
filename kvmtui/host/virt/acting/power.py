"""Starting, stopping and pausing a domain."""

from __future__ import annotations

from typing import Any

import libvirt

from kvmtui.plans.steps import (
    Verb,
)


def switch(domain: Any, verb: Verb) -> None:
    """``virDomainCreate``, ``Shutdown``, ``Suspend``, ``Resume`` or ``Destroy``."""
    match verb:
        case Verb.START:
            domain.create()
        case Verb.START_PAUSED:
            domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
        case Verb.START_FRESH:
            domain.createWithFlags(libvirt.VIR_DOMAIN_START_FORCE_BOOT)
        case Verb.SHUTDOWN:
            domain.shutdown()
        case Verb.PAUSE:
            domain.suspend()
        case Verb.RESUME:
            domain.resume()
        case Verb.FORCE_OFF:
            domain.destroy()
