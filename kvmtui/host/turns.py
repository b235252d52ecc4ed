"""Seats for readings that take turns; whoever is late with one holds up nobody else for long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from kvmtui.host.patience import PATIENCE
from kvmtui.host.seat import Seat
from kvmtui.host.virt import Opener

MOST = 5
"""Seats, and by that connections, however many readings are late."""


class Turns:
    """One reading at a time, on one seat; once it is late, another seat goes on with the next.

    A seat is free again when its thread is, not when nobody waits for its answer any more.
    """

    def __init__(self, name: str, opener: Opener, most: int = MOST) -> None:
        self._name = name
        self._opener = opener
        self._most = most
        self._seats: list[Seat] = []
        self._taken: dict[Seat, float] = {}
        """Since when, by the monotonic clock."""
        self._resting: dict[asyncio.Future[None], Seat] = {}
        """What their threads still do, though nobody waits for it."""
        self._queue = asyncio.Lock()
        self._released = asyncio.Event()

    @property
    def scarce(self) -> bool:
        """Only one seat is not late: whoever may have to wait for ever must not take it."""
        return len(self._late()) >= self._most - 1

    def reset(self) -> None:
        """Has the next calls open new connections."""
        for seat in self._seats:
            seat.reset()

    def close(self) -> None:
        """Waits for nothing."""
        for seat in self._seats:
            seat.close()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Seat]:
        """A seat for one reading, which may be of many calls."""
        async with self._queue:
            seat = await self._next()
            self._taken[seat] = time.monotonic()
        try:
            yield seat
        finally:
            if seat.idle:
                self._release(seat)
            else:  # its answer is not waited for any more
                resting = asyncio.ensure_future(seat.rest())
                self._resting[resting] = seat
                resting.add_done_callback(lambda done: self._release(self._resting.pop(done)))

    async def _next(self) -> Seat:
        while True:
            late = self._late()
            if len(late) == len(self._taken):
                for seat in self._seats:
                    if seat not in self._taken:
                        return seat
                if len(self._seats) < self._most:
                    self._seats.append(Seat(self._name, self._opener))
                    return self._seats[-1]
            self._released.clear()
            newest = max(self._taken.values())
            left = None if len(late) == self._most else newest + PATIENCE - time.monotonic()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._released.wait(), left)

    def _late(self) -> list[Seat]:
        now = time.monotonic()
        return [seat for seat, since in self._taken.items() if now - since >= PATIENCE]

    def _release(self, seat: Seat) -> None:
        """One that was late gives its connection up, as another has gone on with its work."""
        late = seat in self._late()
        del self._taken[seat]
        self._released.set()
        if late and len(self._seats) > len(self._taken) + 1:
            self._seats.remove(seat)
            self._seats.append(seat)
            seat.reset()
