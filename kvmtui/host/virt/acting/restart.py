"""Putting a domain back on images of the past."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import libvirt

from kvmtui.host.base import Refused
from kvmtui.host.virt import compose, past
from kvmtui.model import parse
from kvmtui.plans.steps import CreateSnapshot, RestoreRam, StartOver


def recorded(domain: Any, name: str) -> str:
    """A snapshot's record with its secrets: it goes back to libvirt and nowhere else."""
    secure = libvirt.VIR_DOMAIN_SNAPSHOT_XML_SECURE
    return str(domain.snapshotLookupByName(name, 0).getXMLDesc(secure))


def start_over(domain: Any, step: StartOver) -> None:
    """Definition and overlays together, or neither."""
    before = domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE)
    try:
        _start_over(domain, step, before)
    except (libvirt.libvirtError, Refused):
        if step.ran:
            _start_again(domain, before)
        raise


def _start_over(domain: Any, step: StartOver, before: str) -> None:
    connection = domain.connect()
    overlays = compose.snapshot(CreateSnapshot(step.domain, "", targets=step.targets))
    flags = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY
    flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC
    flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_NO_METADATA
    then = recorded(domain, step.snapshot)
    if domain.isActive():
        raise Refused(f"somebody has started {step.domain}: the overlays would go on top of it")
    if step.ran:
        _refuse_written(before, then, step)
    connection.defineXML(past.definition(then, before, step.stay))
    try:
        domain.snapshotCreateXML(overlays, flags)
    except libvirt.libvirtError:
        connection.defineXML(before)
        raise


def _refuse_written(before: str, then: str, step: StartOver) -> None:
    """While it ran it was in none of the images of then, unless somebody has merged it there."""
    disks = (parse.snapshot(then).disk(target.disk) for target in step.targets)
    written = {disk.base for disk in disks if disk and disk.mode == "external"} & {*_images(before)}
    for image in sorted(written):
        raise Refused(f"{image} was written to meanwhile: “{step.snapshot}” is not in it any more")


def _start_again(domain: Any, before: str) -> None:
    """Only on the very disks on which it ran: the images of then must not be written to."""
    now = domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
    if _images(now) == _images(before):
        with suppress(libvirt.libvirtError):
            domain.create()


def _images(text: str) -> list[str]:
    return [disk.active.source for disk in parse.domain(text).disks if disk.active]


def restore_ram(domain: Any, step: RestoreRam) -> None:
    """The RAM with the devices it was saved with, on disks that hold the same as then.

    Whatever the definition says by now, it would write to these.
    """
    now = parse.domain(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
    used = {disk.target: disk.active.source for disk in now.disks if disk.active}
    if any(disk.file and used.get(disk.disk) != disk.file for disk in step.disks):
        raise Refused("somebody has put other layers on these disks: the RAM does not fit them")
    flags = libvirt.VIR_DOMAIN_SAVE_PAUSED if step.paused else libvirt.VIR_DOMAIN_SAVE_RUNNING
    files = {disk.disk: disk.file for disk in step.disks}
    live = past.running(recorded(domain, step.snapshot), files)
    domain.connect().restoreFlags(step.file, live, flags)
