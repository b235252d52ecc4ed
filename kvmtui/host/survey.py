"""Reads of every domain, in the background, what the snapshots are that nobody looks at yet."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager, suppress

from kvmtui.host.attendance import Attendance
from kvmtui.host.following import forgotten
from kvmtui.host.patience import PATIENCE
from kvmtui.host.seat import Seat
from kvmtui.host.shelf import Shelf
from kvmtui.host.virt import Connection, Opener
from kvmtui.model.outline import Outline

CREW = 4
"""Seats at a host that is this machine: a daemon serves several connections at once."""

FAR = 1
"""Elsewhere a connection may be a process and a login, and the line is shared with the rest."""

MOST = 4
"""Seats that may be stuck with a domain before nobody goes on."""

PAUSE = 0.1
"""Seconds for which a seat waits for nobody to be at the keys, before it looks again."""

CHUNK = {False: 16, True: 4}
"""Domains whose names, or records, are asked for at once: so many wait for one of them."""


class Survey:
    """First all names and kinds, then all records; of domains whose forest is known, nothing."""

    def __init__(self, opener: Opener, shelf: Shelf, attendance: Attendance) -> None:
        self._opener = opener
        self._shelf = shelf
        self._attendance = attendance
        self._seats: list[Seat] = []
        self._stuck: set[str] = set()
        """Domains that libvirt has told nothing of yet, though it was asked."""
        self._clear = asyncio.Event()
        """Nobody waits for a domain."""
        self._clear.set()
        self._came = 0
        """How often somebody began to wait for one."""

    @contextmanager
    def standing_back(self, behind: bool) -> Iterator[None]:
        """Asks for nothing more meanwhile, if somebody waits; but not for ever."""
        if behind:
            self._clear.clear()
            self._came += 1
        try:
            yield
        finally:
            self._clear.set()

    async def run(self) -> None:
        """Until all is read but what hangs. Raises ``Lost``."""
        self._stuck.clear()
        local = self._shelf.host.facts.local
        self._seats = [self._new() for _ in range(CREW if local else FAR)]
        try:
            for whole in (False, True):
                await self._all(whole=whole)
        finally:
            for seat in self._seats:
                seat.close()

    def _new(self) -> Seat:
        return Seat("survey", self._opener)

    async def _all(self, *, whole: bool) -> None:
        """Every seat takes its share."""
        waiting = deque(self._unknown(whole=whole))
        shares = [
            asyncio.ensure_future(self._read(seat, waiting, whole=whole))
            for seat in self._seats
            if seat.idle
        ]
        for share in shares:
            share.add_done_callback(forgotten)  # the first that fails tells for all
        try:
            for share in shares:
                await share
        finally:
            for share in shares:
                share.cancel()

    def _unknown(self, *, whole: bool) -> Iterator[str]:
        for domain in self._shelf.host.domains:
            outline = domain.outline
            if domain.uuid in self._stuck or domain.forest is not None:
                continue
            if outline is None or outline.whole < whole:
                yield domain.uuid

    async def _read(self, seat: Seat, waiting: deque[str], *, whole: bool) -> None:
        """Takes from those that wait until none does; from one that hangs to another seat."""
        while waiting:
            if not await self._may(seat) or not waiting:
                continue
            chunk = [waiting.popleft() for _ in range(min(CHUNK[whole], len(waiting)))]
            found: dict[str, Outline | None] = {}
            reading = asyncio.wrap_future(
                seat.submit(
                    Connection.outlines, chunk, whole=whole, found=found, on=self._undisturbed()
                )
            )
            hangs = await _hangs(reading, found)
            told = dict(found)  # a seat that hangs may find more at any moment
            self._shelf.learn(told)
            left = [uuid for uuid in chunk if uuid not in told]
            if not hangs:
                reading.result()
                waiting.extendleft(left)
                continue
            reading.add_done_callback(forgotten)
            waiting.extend(left)
            self._stuck.update([*told][-1:])
            if not told or len(self._stuck) >= MOST:
                return  # not even the list comes, or too much hangs
            seat = self._new()
            self._seats.append(seat)

    async def _may(self, seat: Seat) -> bool:
        """Whether the seat may ask for more, once nobody waits for a domain.

        While somebody is at the keys, one of them may, and with pauses.
        """
        with suppress(TimeoutError):
            await asyncio.wait_for(self._clear.wait(), PATIENCE)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._attendance.over(), PAUSE)
        return seat is self._seats[0] or not self._attendance

    def _undisturbed(self) -> Callable[[], bool]:
        """Tells, on any thread, whether nobody has begun to wait since."""
        came = self._came
        return lambda: self._came == came


async def _hangs(reading: asyncio.Future[None], found: Sized) -> bool:
    """Whether it has stopped to find anything before it was done."""
    before = -1
    while not reading.done() and len(found) > before:
        before = len(found)
        await asyncio.wait({reading}, timeout=PATIENCE)
    return not reading.done()
