"""Opening connections: which URI, without prompts on the screen, and what an error means."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from threading import Lock
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

import libvirt

from kvmtui.host.base import Denied, Unreached
from kvmtui.host.discretion import discreet
from kvmtui.host.virt.connection import Connection
from kvmtui.host.virt.errors import sort, translated
from kvmtui.host.virt.quiet import start_event_loop

_DRIVERS = ("qemu", "test", "xen", "lxc", "ch", "bhyve", "vz", "vbox", "esx", "vpx", "hyperv")
"""Schemes that libvirt knows; an unknown one it would look for in a daemon."""

KEEPALIVE = (5, 5)
"""Seconds between probes, and probes unanswered: a dead peer is noticed after 30 s."""


def _parts(uri: str) -> SplitResult:
    """The parts of a URI; of something that is none, an empty one's."""
    try:
        parts = urlsplit(uri)
        _ = parts.hostname
    except ValueError:
        return urlsplit("")
    return parts


def without_prompts(uri: str) -> str:
    """The URI with ``no_tty=1`` where ssh would ask for passwords on the terminal."""
    parts = _parts(uri)
    if parts.scheme.partition("+")[2] != "ssh":
        return uri
    query = parse_qsl(parts.query, keep_blank_values=True)
    if "no_tty" in dict(query):
        return uri
    return urlunsplit(parts._replace(query=urlencode([*query, ("no_tty", "1")])))


def mend(uri: str, message: str) -> str:
    """What an administrator can do about an error of opening; empty when nothing is known."""
    if uri and _parts(uri).scheme.partition("+")[0] not in _DRIVERS:
        return f"check the spelling of {uri}, for example qemu:///system"
    if "ssh" in _parts(uri).scheme:
        return f"check that `ssh {_parts(uri).hostname or 'HOST'}` works without a password"
    if "ermission denied" in message or "authentication" in message or "polkit" in message:
        return "run as root, or add your user to the group libvirt and log in again"
    if "No such file" in message or "refused" in message:
        return "start libvirtd (or virtqemud), or name another host with -c URI"
    return "name another host with -c URI"


def _may_only_look(error: libvirt.libvirtError, uri: str) -> bool:
    """Whether libvirt may still let in somebody who only looks (``libvirt-sock-ro``, polkit)."""
    if is_within(uri):
        return False
    text = str(error.get_error_message())
    far = "socket to" in text and "ermission denied" in text  # what ssh was told over there
    return isinstance(sort(error), Denied) or error.get_int1() == errno.EACCES or far


def is_within(uri: str) -> bool:
    """Whether the driver runs in this process: libvirt's test driver, or the embedded one."""
    parts = _parts(uri)
    return parts.scheme == "test" or (parts.scheme == "qemu" and parts.path == "/embed")


class Opener:
    """Opens connections to one URI, each for one thread alone.

    Drivers within this process are the exception: all lanes share one connection to them.
    Such a connection sends nothing that could wake up the wrong thread, ``test:`` hosts live in
    it, and libvirt opens an embedded host at most 16 times in a process.
    """

    def __init__(
        self,
        uri: str,
        *,
        readonly: bool = False,
        around: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self.uri = discreet(uri)
        self.readonly = readonly
        self.barred = ""
        """Why it may only look although nobody asked for that."""
        self._around = around
        self._shared: Any = None
        self._lock = Lock()

    def open(self) -> Connection:
        """Connects; blocks as long as the transport does.

        Raises ``Denied`` or ``Unreached``, whose message names the cause and the mend.
        """
        start_event_loop()
        shares = is_within(self.uri)
        with self._lock, translated():
            handle = self._shared
            if handle is None:
                with self._around():
                    handle = self._open()
            if shares:
                self._shared = handle
        return Connection(handle, readonly=self.readonly, barred=self.barred, shared=shares)

    def _open(self) -> Any:
        uri = without_prompts(self.uri or discreet(os.environ.get("VIRSH_DEFAULT_CONNECT_URI", "")))
        looks = self.readonly or bool(self.barred)
        try:
            handle = (libvirt.openReadOnly if looks else libvirt.open)(uri or None)
        except libvirt.libvirtError as error:
            handle = None if looks or not _may_only_look(error, uri) else _only_looking(uri)
            sorted_ = sort(error)
            text = str(sorted_).rstrip(".")
            text = f"{text}; {mend(uri, text)}"
            if handle is None:
                kind = Denied if isinstance(sorted_, Denied) else Unreached
                raise kind(text, sorted_.code) from error
            self.barred = text
        except ValueError as error:  # of characters that no URI has
            raise Unreached(f"it cannot be passed on; {mend('', '')}") from error
        with suppress(libvirt.libvirtError):  # drivers inside this process have no peer to probe
            handle.setKeepAlive(*KEEPALIVE)
        return handle


def _only_looking(uri: str) -> Any:
    """A connection over which nothing can be changed; None where not even that is allowed."""
    with suppress(libvirt.libvirtError):
        return libvirt.openReadOnly(uri or None)
    return None
