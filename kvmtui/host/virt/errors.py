"""libvirt's errors, sorted by their numbers: the messages are translated, the numbers are not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import libvirt

from kvmtui.host.base import Busy, Denied, Gone, HostError, Lost, Refused

_GONE = {42, 72}
"""NO_DOMAIN, NO_DOMAIN_SNAPSHOT"""
_DENIED = {29, 45, 88, 94}
"""OPERATION_DENIED, AUTH_FAILED, ACCESS_DENIED, AUTH_UNAVAILABLE"""
_BUSY = {68}
"""OPERATION_TIMEOUT"""
_RPC, _REMOTE = 7, 16
"""virErrorDomain of the client's own transport."""
_LOST = {1, 38, 39}
"""INTERNAL_ERROR, SYSTEM_ERROR and RPC, when they come from the transport."""


def sort(error: libvirt.libvirtError) -> HostError:
    """The same error as one of ours."""
    code = error.get_error_code() or 0
    message = error.get_error_message() or str(error)
    if code in _GONE:
        return Gone(message, code)
    if code in _DENIED:
        return Denied(message, code)
    if code in _BUSY:
        return Busy(message, code)
    if error.get_error_domain() in (_RPC, _REMOTE) and code in _LOST:
        return Lost(message, code)
    return Refused(message, code)


@contextmanager
def translated() -> Iterator[None]:
    """Raises what libvirt raises as a ``HostError``, and whatever else goes wrong as ``Refused``.

    An odd answer about one domain, or an odd file, is the trouble of that domain alone.
    """
    try:
        yield
    except HostError:
        raise
    except libvirt.libvirtError as error:
        raise sort(error) from error
    except OSError as error:
        raise Refused(str(error)) from error
    except Exception as error:
        what = str(error) or type(error).__name__
        raise Refused(f"libvirt's answer cannot be understood: {what}") from error
