"""What can go wrong with a host.

::

    HostError            something libvirt answered, or that this machine did
    ├── Refused          it will not do that
    ├── Denied           this connection may not do that
    ├── Gone             the domain or snapshot does not exist any more
    ├── Busy             it did not answer in time, or something holds its lock
    └── Lost             there is no connection any more: nobody knows what became of the call
        └── Unreached    there was none, and so there was no call
"""

from __future__ import annotations

from kvmtui.host.discretion import discreet


class HostError(Exception):
    """libvirt's answer, in its words but for passwords; ``code`` is its ``virErrorNumber``."""

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(discreet(" ".join(message.split())))
        self.code = code


class Refused(HostError):
    """libvirt will not do that."""


class Denied(HostError):
    """This connection may not do that."""


class Gone(HostError):
    """The domain or snapshot does not exist any more."""


class Busy(HostError):
    """The domain did not answer in time."""


class Lost(HostError):
    """There is no connection any more."""


class Unreached(Lost):
    """There was no connection."""
