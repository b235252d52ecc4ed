"""What the guest agent says about the inside of a domain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum


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


@dataclass(frozen=True, slots=True)
class FileSystem:
    """A mounted file system inside the guest."""

    mountpoint: str
    type: str = ""
    total: int | None = None
    """Bytes."""
    used: int | None = None
    """Bytes."""
    disks: tuple[str, ...] = ()
    """Targets (vda, …) that carry it."""


@dataclass(frozen=True, slots=True)
class Guest:
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

    def after(self, before: Guest | None) -> Guest:
        """This reading; what an agent does not tell while it is frozen, as it was before."""
        if not self.frozen or before is None or before.answer is not Answer.ANSWERING:
            return self
        return replace(before, frozen=True, version=self.version, trouble="")
