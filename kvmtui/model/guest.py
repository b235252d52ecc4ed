"""What the guest agent says about the inside of a domain."""

from __future__ import annotations

from enum import Enum

from kvmtui.model.value import Value, replace


class Channel(Enum):
    """The agent's channel, as the domain definition and libvirt's events tell it."""

    NONE = "not configured"
    DISCONNECTED = "configured, not connected"
    CONNECTED = "connected"


class Answer(Enum):
    """Whether the agent itself answers; a connected channel proves nothing."""

    UNASKED = "not asked yet"
    SILENT = "connected, but silent"
    ANSWERING = "answering"
    DENIED = "this connection may not ask"


class FileSystem(Value):
    """A mounted file system inside the guest."""

    mountpoint: str
    type: str = ""
    total: int | None = None
    """Bytes."""
    used: int | None = None
    """Bytes."""
    disks: tuple[str, ...] = ()
    """Targets (vda, …) that carry it."""


class Guest(Value):
    """One reading of the guest agent."""

    answer: Answer = Answer.UNASKED
    frozen: bool = False
    """File systems are frozen: nothing can be written inside the guest."""
    version: str = ""
    hostname: str = ""
    os: str = ""
    addresses: tuple[str, ...] = ()
    filesystems: tuple[FileSystem, ...] = ()
    trouble: str = ""
    """libvirt's words when the agent did not answer."""
    unable: str = ""
    """Why it cannot freeze file systems, in its words; empty where nothing speaks against it."""

    def after(self, before: Guest | None) -> Guest:
        """This reading; what an agent does not tell while it is frozen, as it was before.

        A guest whose agent has gone silent is as frozen as it was.
        """
        if before is None:
            return self
        if self.answer is not Answer.ANSWERING:
            return replace(self, frozen=self.frozen or before.frozen)
        if not self.frozen or before.answer is not Answer.ANSWERING:
            return self
        return replace(before, frozen=True, version=self.version, trouble="")
