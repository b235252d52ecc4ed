"""Starting, stopping and pausing a domain."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import libvirt

from kvmtui.host.base import Refused
from kvmtui.host.virt import stopped
from kvmtui.model import errand
from kvmtui.model.disk import FAILED
from kvmtui.plans.steps import Power, Verb

AGAIN = 0.5
"""Seconds within which a guest that has no room still is stopped again."""

LOOK = 0.02
"""Seconds between two looks."""


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
            _resume(domain)
        case Verb.FORCE_OFF:
            domain.destroy()


def _resume(domain: Any) -> None:
    """A guest that waits for room tries its last write again at once, and stops if that fails."""
    waited = stopped.is_paused(domain)
    domain.resume()
    _note(domain, None)
    end = time.monotonic() + AGAIN
    while waited and time.monotonic() < end:
        if stopped.is_paused(domain):
            raise Refused(f"it has stopped again at once: {_complaint(domain)}")
        time.sleep(LOOK)


def flush(domain: Any) -> None:
    """``virDomainSuspend`` and ``Resume``, of a guest that nobody has paused."""
    if domain.state(0)[0] != libvirt.VIR_DOMAIN_RUNNING:
        raise Refused("the guest does not run by now (o): QEMU cannot be told to")
    domain.suspend()
    try:
        domain.resume()
    except libvirt.libvirtError:
        if domain.state(0)[0] != libvirt.VIR_DOMAIN_RUNNING:
            raise


def _complaint(domain: Any) -> str:
    told = (f"{words} on {target}" for target, words in sorted(stopped.errors(domain).items()))
    return ", ".join(told) or FAILED


def _note(domain: Any, text: str | None) -> None:
    """``virDomainSetMetadata``; a guest that runs or merges needs no note to do so."""
    kind, live = libvirt.VIR_DOMAIN_METADATA_ELEMENT, libvirt.VIR_DOMAIN_AFFECT_LIVE
    with suppress(libvirt.libvirtError):
        domain.setMetadata(kind, text, errand.PREFIX if text else None, errand.NAMESPACE, live)


def _shut_down(domain: Any) -> None:
    """A guest can be off before libvirt has heard its answer, and reports that as an error.

    One whose QEMU died meanwhile has not shut down.
    """
    try:
        domain.shutdown()
    except libvirt.libvirtError:
        if domain.state(0) != [libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_SHUTDOWN]:
            raise
