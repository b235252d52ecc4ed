"""Looks at what others may have done, of which libvirt tells by no event.

The daemon has better things to do: how many calls that takes does not depend on the number of
domains.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from kvmtui.host.base import HostError, Lost
from kvmtui.host.reach import NO_ANSWER
from kvmtui.host.reader import Reader
from kvmtui.host.shelf import Shelf
from kvmtui.host.stale import Part
from kvmtui.host.virt import Connection
from kvmtui.model.domain import Domain, State
from kvmtui.model.guest import Answer, Channel

PAUSE = 6.0
"""Seconds between two looks, each of a call or a few."""

ROUND = 8
"""Looks until all have had their turn."""

AWAKE = 10.0
"""Seconds after a domain came to be looked at, in which each look is at all of it."""

GLANCE = 0.3
"""Seconds after which somebody does not only pass by on the way to another domain."""


class Patrol:
    """Looks in turn: mostly at the selected domain, now and then at one of the others."""

    def __init__(self, reader: Reader, shelf: Shelf) -> None:
        self._reader = reader
        self._shelf = shelf
        self._selected: str | None = None
        self._until = 0.0
        """Till when it is awake, by the monotonic clock."""
        self._called = asyncio.Event()
        self._others = 0
        self._blind = True
        """Nobody sees when records are written."""

    def look_at(self, uuid: str | None) -> None:
        """Somebody looks at that domain now: it is compared at once, and closely for a while."""
        self._selected = uuid
        self._until = time.monotonic() + AWAKE
        self._called.set()

    async def run(self) -> None:
        """Until it is cancelled. Raises ``Lost``."""
        await self._follow_records()  # from here on: what is read later is not older
        number = 0
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._called.wait(), PAUSE)
                await asyncio.sleep(GLANCE)
            self._called.clear()
            await self._follow_records()
            if time.monotonic() < self._until:
                await self._closely()
            else:
                await self._look(number % ROUND)
                number += 1

    async def _follow_records(self) -> None:
        """Marks those of which is seen, without a call, that their records were written."""
        domains = self._shelf.host.domains
        recorded = {d.name for d in domains if d.forest is not None and d.forest.snapshots}
        touched = await self._reader.cheap.call(Connection.touched, recorded)
        self._blind = touched is None
        for domain in domains:
            if touched and domain.name in touched:
                self._reader.details.mark(domain.uuid, Part.DISKS | Part.JOBS)

    async def _closely(self) -> None:
        """Everything of the selected domain."""
        await self._compare(self._selected)
        self._mark(self._selected, Part.JOBS)

    async def _look(self, number: int) -> None:
        """One after another; what a domain that is off cannot have done leaves time for others."""
        domain = self._shelf.host.domain(self._selected or "")
        runs = domain is not None and domain.state.active
        closer = self._blind and (number % 2 == 0 or not runs)
        await self._compare(self._selected if closer else None)
        if number % 2 == 0:
            return
        if not runs or number == 7:
            await self._other()
        if number == 3:
            self._mark(self._selected, Part.GROWTH)
            self._ask(domain)
        if number % 4 == 1 or not self._blind:
            self._mark(self._selected, Part.JOBS)

    async def _other(self) -> None:
        others = [d for d in self._shelf.host.domains if d.uuid != self._selected]
        if not others:
            return
        self._others += 1
        other = others[self._others % len(others)]
        if self._blind:
            await self._compare(other.uuid)
        self._mark(other.uuid, Part.JOBS)
        able = [domain for domain in others if _may_say(domain)]
        self._ask(able[self._others % len(able)] if able else None)

    def _mark(self, uuid: str | None, parts: Part) -> None:
        """Only of a guest that runs, and of which is not known that something goes on."""
        domain = self._shelf.host.domain(uuid) if uuid else None
        if domain is not None and domain.state.active and not (domain.jobs or domain.busy):
            self._reader.details.mark(domain.uuid, parts)

    def _ask(self, domain: Domain | None) -> None:
        """Its agent, whether somebody has frozen the guest."""
        if domain is not None and _may_say(domain):
            self._reader.asking.stale.mark(domain.uuid, Part.FROST)

    async def _compare(self, uuid: str | None) -> None:
        """Marks the domain when its snapshots are not those that are known.

        Or greets the daemon: by that, one that hangs is noticed.
        """
        domain = self._shelf.host.domain(uuid) if uuid else None
        if domain is None or domain.forest is None or domain.busy:
            await self._reader.cheap.call(Connection.greet)
            return
        try:
            found = await self._reader.cheap.call(Connection.names, domain.uuid)
        except Lost:
            raise
        except HostError:
            self._reader.list.set()  # it may be gone; nobody else is concerned
            return
        names = frozenset(snapshot.name for snapshot in domain.forest.snapshots)
        if found != (names, domain.forest.current):
            self._reader.details.mark(domain.uuid, Part.DISKS | Part.JOBS)
        elif _was_out_of_reach(domain) or self._will_be_known(domain):
            self._reader.details.mark(domain.uuid, Part.CONFIG)

    def _will_be_known(self, domain: Domain) -> bool:
        """Whether a storage pool, once it looks at its files again, may tell more of a chain."""
        if domain.state is not State.OFF or self._shelf.host.facts.local:
            return False
        disks = domain.config.disks if domain.config else ()
        ends = (disk.layers[-1] for disk in disks if disk.pooled and not disk.complete)
        return any(not (end.missing or end.unread) for end in ends)


def _may_say(domain: Domain) -> bool:
    """Whether its agent could tell that it is frozen, which nobody knows yet."""
    guest = domain.guest
    told = guest is not None and (guest.frozen or guest.answer is Answer.DENIED)
    channel = domain.config.channel if domain.config else Channel.NONE
    return domain.state is State.RUNNING and channel is Channel.CONNECTED and not told


def _was_out_of_reach(domain: Domain) -> bool:
    """Whether a file server did not answer when its images were to be looked at."""
    disks = domain.config.disks if domain.config else ()
    return any(layer.unread == NO_ANSWER for disk in disks for layer in disk.layers)
