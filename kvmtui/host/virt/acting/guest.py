"""What the guest agent is told to do."""

from __future__ import annotations

import time
from typing import Any

import libvirt

from kvmtui.host.virt import agent

WAKE = 10.0
"""Seconds that an agent may take to answer once its guest runs again."""

NEAR = 5.0
"""Seconds by which a clock that was set may differ from the one here."""


def freeze(domain: Any) -> None:
    """``virDomainFSFreeze`` of all file systems."""
    with agent.patience(domain, agent.FREEZE):
        domain.fsFreeze()


def thaw(domain: Any) -> None:
    """``virDomainFSThaw`` of all file systems."""
    with agent.patience(domain, agent.PATIENCE):
        domain.fsThaw()


def set_time(domain: Any) -> None:
    """``virDomainSetTime`` from the guest's own RTC, else to the time that it is here.

    An agent that cannot write the RTC calls that an error although it has set the clock.
    """
    agent.wait(domain, WAKE)
    with agent.patience(domain, agent.PATIENCE):
        try:
            domain.setTime(None, libvirt.VIR_DOMAIN_TIME_SYNC)
        except libvirt.libvirtError as error:
            if error.get_error_code() in agent.AWAY or not _told(domain):
                raise


def _told(domain: Any) -> bool:
    """Tells the guest the time; whether its clock shows it then."""
    try:
        domain.setTime({"seconds": int(time.time()), "nseconds": 0}, 0)
    except libvirt.libvirtError:
        return bool(abs(domain.getTime()["seconds"] - time.time()) < NEAR)
    return True
