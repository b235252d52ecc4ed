"""Whether libvirt and QEMU are at something with a domain, and for how long already."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import libvirt

from kvmtui.host.base import Busy, Lost
from kvmtui.host.patience import PATIENCE
from kvmtui.host.virt.errors import sort
from kvmtui.model import parse

LOOK = 0.1
"""Seconds between two looks."""


def occupied(domain: Any, *, amid_job: bool) -> float:
    """Seconds for which QEMU owes an answer to anybody, once that is long; 0 when it answers.

    Where nobody waits for it, it is asked here, for what costs it nothing. That call waits until
    it answers. One that is at another call than before has answered.

    ``amid_job``: libvirt saves RAM or merges layers, of which it says for how long it does, but
    not for how long it waits for QEMU. All that it asks is answered at once then, and not to be
    answered is waited for here.
    """
    before = 0
    while True:
        state, _details, milliseconds = domain.controlInfo(0)
        if amid_job and state == libvirt.VIR_DOMAIN_CONTROL_JOB:
            time.sleep(LOOK)
            continue
        if state != libvirt.VIR_DOMAIN_CONTROL_OCCUPIED:
            break
        if milliseconds < before:
            return 0.0
        before = milliseconds
        if milliseconds >= 1000 * PATIENCE:
            return float(milliseconds / 1000)
        time.sleep(LOOK)
    if state == libvirt.VIR_DOMAIN_CONTROL_OK:
        nowait = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
        domain.connect().domainListGetStats([domain], libvirt.VIR_DOMAIN_STATS_IOTHREAD, nowait)
    return 0.0


def settle(domain: Any) -> None:
    """Returns when libvirt works on the domain no more: what it was told may go on by itself.

    A call outlives the connection that it came by.
    """
    while not _rests(domain):
        time.sleep(LOOK)


def _rests(domain: Any) -> bool:
    """Between two questions to QEMU libvirt is occupied with nothing, though amid a job."""
    try:
        if domain.isActive():
            calm = domain.controlInfo(0)[0] == libvirt.VIR_DOMAIN_CONTROL_OK
            return calm and (
                domain.jobInfo()[0] == libvirt.VIR_DOMAIN_JOB_NONE or _backs_up(domain)
            )
        for disk in parse.domain(domain.XMLDesc(0)).writable[:1]:
            domain.blockInfo(disk.target, 0)  # its turn comes after that of whoever works on it
    except libvirt.libvirtError as error:
        told = sort(error)
        if isinstance(told, Lost):
            raise
        return not isinstance(told, Busy) and told.code != libvirt.VIR_ERR_OPERATION_INVALID
    return True


def _backs_up(domain: Any) -> bool:
    """A backup ends when somebody ends it, and is nothing that kvmtui has begun."""
    with suppress(libvirt.libvirtError):  # of a delete it tells nothing
        operation = domain.jobStats(0).get("operation")
        return bool(operation == libvirt.VIR_DOMAIN_JOB_OPERATION_BACKUP)
    return False
