"""What a host says of itself, and whether it lets this connection change anything."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import libvirt

from kvmtui.host.base import Denied
from kvmtui.host.discretion import discreet
from kvmtui.host.virt import pools, sizes
from kvmtui.host.virt.errors import sort
from kvmtui.model import parse
from kvmtui.model.world import Facts

T = TypeVar("T")

FOR_READING = "libvirt takes no changes here, as over libvirt-sock-ro"


def read(handle: Any, *, readonly: bool, barred: str) -> Facts:
    """Versions and capabilities; ``barred``: why the connection was opened only to look."""
    return Facts(
        uri=discreet(handle.getURI()),
        libvirt=handle.getLibVersion(),
        hypervisor=handle.getType(),
        name=_name(handle),
        external_revert=parse.has_external_revert(_allowed(handle.getCapabilities, "<none/>")),
        local=sizes.is_local(handle),
        barred=barred or ("" if readonly or not _only_answers(handle) else FOR_READING),
        pools=pools.folders(handle),
    )


def _name(handle: Any) -> str:
    """The host's own; libvirtd asks a name server for it, which can take seconds."""
    return os.uname().nodename if sizes.is_local(handle) else _allowed(handle.getHostname, "")


def _allowed(ask: Callable[[], T], unknown: T) -> T:
    """The answer, or what stands for it where the connection may not know."""
    try:
        return ask()
    except libvirt.libvirtError as error:
        if isinstance(sort(error), Denied):
            return unknown
        raise


def _only_answers(handle: Any) -> bool:
    """Whether libvirt takes no changes: it says so before it looks at what it is asked for.

    Translating an empty command line would change nothing anywhere.
    """
    try:
        handle.domainXMLFromNative("qemu-argv", "", 0)
    except libvirt.libvirtError as error:
        return bool(error.get_error_code() == libvirt.VIR_ERR_OPERATION_DENIED)
    return False
