"""What somebody has just begun to look at: its names are told before its turn to be read comes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from concurrent.futures import Future

from kvmtui.host.base import HostError, Lost
from kvmtui.host.following import forgotten
from kvmtui.host.seat import Seat
from kvmtui.host.shelf import Shelf
from kvmtui.host.virt import Connection
from kvmtui.model.outline import Outline


class Glance:
    """One at a time; few calls that wait for no QEMU, so that the seat for the list stays quick."""

    def __init__(self, seat: Seat, shelf: Shelf) -> None:
        self._seat = seat
        self._shelf = shelf
        self._call: Future[None] | None = None
        self._reading: asyncio.Future[None] | None = None
        self._begun = asyncio.Event()

    def begin(self, uuid: str) -> None:
        """Asks at once, unless something of its snapshots is known, or is asked for already."""
        domain = self._shelf.host.domain(uuid)
        known = domain is None or domain.forest is not None or domain.outline is not None
        if known or (self._call is not None and not self._call.done()):
            return
        found: dict[str, Outline | None] = {}
        self._call = self._seat.submit(Connection.outlines, (uuid,), whole=False, found=found)
        self._reading = asyncio.ensure_future(self._learn(asyncio.wrap_future(self._call), found))
        self._reading.add_done_callback(forgotten)  # ``follow`` may not go on yet
        self._begun.set()

    def end(self) -> None:
        """Nobody looks there any more: what was not asked yet is overtaken.

        A call that is under way is not left alone: it may tell that the connection is lost.
        """
        if self._call is not None:
            self._call.cancel()
            self._call = None

    async def follow(self) -> None:
        """Until it is cancelled. Raises ``Lost``."""
        while True:
            await self._begun.wait()
            self._begun.clear()
            if reading := self._reading:
                await asyncio.wait({reading})
                if not reading.cancelled():
                    reading.result()

    async def _learn(self, reading: Awaitable[None], found: Mapping[str, Outline | None]) -> None:
        """What else goes wrong is told by the reading that comes after it."""
        try:
            await reading
        except Lost:
            raise
        except HostError:
            return
        self._shelf.learn(found)
