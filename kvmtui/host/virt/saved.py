"""Files of saved RAM, as libvirt on the host sees them."""

from __future__ import annotations

import errno
from typing import Any

import libvirt

from kvmtui.host import clocks, images
from kvmtui.host.base import Lost
from kvmtui.host.virt.errors import sort
from kvmtui.host.virt.sizes import is_local
from kvmtui.model import parse
from kvmtui.model.place import Place, There
from kvmtui.model.saved import SavedRam
from kvmtui.model.value import replace


def opened(handle: Any, place: Place) -> Place:
    """The place, with the RAM that is there, or with the certainty that nothing is.

    ``virDomainSaveImageGetXMLDesc`` has the host open the file, whatever it is.
    """
    if place.there not in (There.FILE, There.UNKNOWN):
        return place
    try:
        text = handle.saveImageGetXMLDesc(place.path, 0)
    except libvirt.libvirtError as error:
        if isinstance(sort(error), Lost):
            raise
        if error.get_error_code() == libvirt.VIR_ERR_SYSTEM_ERROR:
            absent = error.get_int1() == errno.ENOENT
            return replace(place, there=There.NOTHING) if absent else place
        words = " ".join((error.get_error_message() or "").split())
        return replace(place, there=There.FILE, ram=SavedRam(words))
    return replace(place, there=There.FILE, ram=_ram(handle, place.path, text))


def _ram(handle: Any, path: str, text: str) -> SavedRam:
    uuid, name = parse.identity(text)
    disks = parse.domain(text).writable
    return SavedRam(
        uuid=uuid,
        name=name,
        disks=tuple((disk.target, disk.active.source) for disk in disks if disk.active),
        written=images.changed(path) if is_local(handle) else None,
        clock=clocks.of(path) if is_local(handle) else "",
    )
