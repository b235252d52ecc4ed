"""libvirt's events as one kind of value; the callbacks run in libvirt's event thread."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from typing import Any

import libvirt

from kvmtui.model.value import Value


class Change(Enum):
    """What an event is about."""

    LIFECYCLE = auto()
    """Defined, undefined, started, stopped, suspended, resumed: also a revert."""
    BLOCK_JOB = auto()
    JOB = auto()
    AGENT = auto()
    IO_ERROR = auto()
    CLOSED = auto()
    """The connection itself is gone."""


class Event(Value):
    """Something happened to a domain (``uuid``), or to the connection (``uuid`` empty)."""

    change: Change
    uuid: str = ""


Report = Callable[[Event], None]

_IDS = {
    libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE: Change.LIFECYCLE,
    libvirt.VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2: Change.BLOCK_JOB,
    libvirt.VIR_DOMAIN_EVENT_ID_JOB_COMPLETED: Change.JOB,
    libvirt.VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE: Change.AGENT,
    libvirt.VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON: Change.IO_ERROR,
    libvirt.VIR_DOMAIN_EVENT_ID_DISK_CHANGE: Change.LIFECYCLE,
    libvirt.VIR_DOMAIN_EVENT_ID_DEVICE_ADDED: Change.LIFECYCLE,
    libvirt.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED: Change.LIFECYCLE,
}


def register(handle: Any, report: Report) -> None:
    """Registers for everything that this driver can tell; ``report`` must not block or raise."""

    def happened(_handle: Any, domain: Any, *rest: Any) -> None:
        report(Event(rest[-1], domain.UUIDString()))

    for number, change in _IDS.items():
        with suppress(libvirt.libvirtError):  # the test driver knows only some of them
            handle.domainEventRegisterAny(None, number, happened, change)
    with suppress(libvirt.libvirtError):
        handle.registerCloseCallback(lambda *_: report(Event(Change.CLOSED)), None)
