"""What must be read again: events only mark, one reader reads."""

from __future__ import annotations

import asyncio
from enum import Flag, auto


class Part(Flag):
    """A part of a domain that is read by calls of its own."""

    CONFIG = auto()
    SNAPSHOTS = auto()
    JOBS = auto()
    GUEST = auto()
    FROST = auto()
    """Whether the guest's file systems are frozen, and nothing else of it."""
    GROWTH = auto()
    """How much its images hold now; of the domain that is looked at."""
    NOTHING = 0
    DISKS = CONFIG | SNAPSHOTS
    """What changes together when a snapshot is made, merged or reverted to."""


class Stale:
    """Marks by domain. A mark set twice is read once; the selected domain goes first."""

    def __init__(self) -> None:
        self._parts: dict[str, Part] = {}
        self._marked = asyncio.Event()
        self._held: set[str] = set()
        """Domains whose marks are left alone: they are being read."""
        self.first: str | None = None
        """uuid of the domain that is looked at."""

    def mark(self, uuid: str, parts: Part) -> None:
        """Has these parts read again."""
        self._parts[uuid] = self._parts.get(uuid, Part.NOTHING) | parts
        self._marked.set()

    def unmark(self, uuid: str, parts: Part) -> Part:
        """Has these parts not read after all; gives those that would have been."""
        left = self._parts.get(uuid, Part.NOTHING)
        self.forget(uuid)
        if left & ~parts:
            self._parts[uuid] = left & ~parts
        return left & parts

    def forget(self, uuid: str) -> None:
        """It need not be read any more."""
        self._parts.pop(uuid, None)

    def clear(self) -> None:
        """Nothing is stale any more: the connection is new, and all will be read."""
        self._parts.clear()
        self._marked.clear()

    async def take(self) -> tuple[str, Part]:
        """Waits for a mark and takes all marks of one domain, which then is held."""
        while (uuid := self._next()) is None:
            self._marked.clear()
            await self._marked.wait()
        self._held.add(uuid)
        return uuid, self._parts.pop(uuid)

    def let(self, uuid: str) -> None:
        """The domain was read: marks that were set meanwhile may be taken."""
        self._held.discard(uuid)
        self._marked.set()

    def _next(self) -> str | None:
        free = (uuid for uuid in self._parts if uuid not in self._held)
        return self.first if self.first in self._parts.keys() - self._held else next(free, None)
