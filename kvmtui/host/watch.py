"""Follows one host: connects, listens to its events, polls what has none, reconnects."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace

from kvmtui.host.base import HostError, Lost
from kvmtui.host.patience import PATIENCE
from kvmtui.host.reach import NO_ANSWER
from kvmtui.host.reader import Reader
from kvmtui.host.shelf import Shelf
from kvmtui.host.stale import Part
from kvmtui.host.virt import Change, Connection, Event, Opener
from kvmtui.model.domain import IO_ERROR, Domain, State
from kvmtui.model.guest import Answer, Channel
from kvmtui.model.world import Facts, Host, Link

BACK_OFF = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds before each further try to connect."""

TICK = 0.5
"""Seconds between two readings of a running job."""

PULSE = 2
"""Ticks between two questions to QEMUs that owe an answer."""

POLL = 8
"""Ticks between two looks for snapshots that somebody else made: libvirt has no such event."""

SWEEP = 8
"""Domains besides the selected one that each look covers."""

MEASURE = 40
"""Ticks between two looks at how the images of the selected domain grow, and for frost."""

FEW = 3
"""Domains besides the selected one whose agents are asked each time: a silent one takes 2 s."""

_PARTS_OF_EVENT = {
    Change.LIFECYCLE: Part.DISKS | Part.GUEST | Part.JOBS,
    Change.BLOCK_JOB: Part.DISKS | Part.JOBS,
    Change.JOB: Part.DISKS,
    Change.AGENT: Part.CONFIG | Part.GUEST,
    Change.IO_ERROR: Part.CONFIG,
}


def is_frozen(domain: Domain) -> bool:
    """Whether the file systems of its guest are frozen, as far as that is known."""
    return domain.guest is not None and domain.guest.frozen


def _may_say(domain: Domain) -> bool:
    """Whether its agent could tell that it is frozen, which nobody knows yet."""
    denied = domain.guest is not None and domain.guest.answer is Answer.DENIED
    channel = domain.config.channel if domain.config else Channel.NONE
    runs = domain.state is State.RUNNING and channel is Channel.CONNECTED
    return runs and not denied and not is_frozen(domain)


class Watch:
    """One host. ``publish`` is called on the event loop with every new ``Host`` value."""

    def __init__(
        self, opener: Opener, publish: Callable[[Host], None], *, commit_bandwidth: int = 0
    ) -> None:
        host = Host(
            opener.uri,
            since=time.time(),
            readonly=opener.readonly,
            commit_bandwidth=commit_bandwidth,
        )
        self.opener = opener
        self.shelf = Shelf(host, publish)
        self.reader = Reader(opener, self.shelf)
        self.selected: str | None = None
        self._retry = asyncio.Event()
        self._open = asyncio.Event()
        self._swept = self._asked = 0
        self.opening: Future[Facts] = self.reader.cheap.submit(Connection.facts)
        """The first connection, begun at once: it can be waited for without an event loop."""

    @property
    def host(self) -> Host:
        """The last known value."""
        return self.shelf.host

    def select(self, uuid: str | None) -> None:
        """The domain that is looked at: read first, polled, its guest agent asked."""
        if self.selected is not None and self.selected != uuid:
            self.reader.inspection.end(self.selected)
        self.selected = self.reader.details.first = self.reader.asking.stale.first = uuid
        domain = self.host.domain(uuid) if uuid else None
        if domain is not None:
            self.reader.details.mark(domain.uuid, Part.GROWTH)
            if domain.guest is None:
                self.reader.asking.stale.mark(domain.uuid, Part.GUEST)

    def refresh(self, uuid: str | None = None) -> None:
        """Reads the list again, and everything of one domain; connects at once when lost."""
        self.reader.list.set()
        self._retry.set()
        if uuid:
            self.shelf.change(uuid, denied=frozenset())
            self.reader.anew = True
            self.reader.details.mark(uuid, Part.DISKS | Part.JOBS)
            self.reader.asking.stale.mark(uuid, Part.GUEST)

    async def meet(self) -> None:
        """Connects and reads the list once. Raises ``HostError``."""
        facts = await asyncio.wrap_future(self.opening)
        readonly = self.opener.readonly or bool(facts.barred)
        self.shelf.put(replace(self.host, facts=facts, readonly=readonly))
        await self.reader.domains()
        self.shelf.link(Link.OPEN)
        self._open.set()

    async def opened(self) -> None:
        """Waits while the host is lost."""
        await self._open.wait()

    async def run(self) -> None:
        """Follows the host until cancelled, across lost connections."""
        tries = 0
        while True:
            try:
                await self.meet()
                tries = 0
                await self._follow()
            except HostError as error:
                self._open.clear()
                self.shelf.link(Link.LOST, str(error))
            self._retry.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._retry.wait(), BACK_OFF[min(tries, len(BACK_OFF) - 1)])
            tries += 1
            self.reader.reset()
            self.opening = self.reader.cheap.submit(Connection.facts)

    async def _follow(self) -> None:
        """Reads and listens until the connection is lost, then raises ``Lost``."""
        loop = asyncio.get_running_loop()
        lost: asyncio.Future[None] = loop.create_future()

        def report(event: Event) -> None:
            with suppress(RuntimeError):  # the loop may be closed already
                loop.call_soon_threadsafe(self._happened, event, lost)

        await self.reader.cheap.call(Connection.follow, report)
        await self.reader.domains()
        for domain in self.host.domains:
            self.reader.details.mark(domain.uuid, Part.DISKS | Part.JOBS)
        self.select(self.selected)
        follows = (
            self.reader.follow_list,
            self.reader.follow_details,
            self.reader.follow_guests,
            self.reader.follow_memory,
            self._tick,
            self._sweep,
        )
        tasks = [lost, *(asyncio.ensure_future(follow()) for follow in follows)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()

    def _happened(self, event: Event, lost: asyncio.Future[None]) -> None:
        if event.change is Change.CLOSED:
            if not lost.done():
                lost.set_exception(Lost("the daemon closed the connection"))
            return
        parts = _PARTS_OF_EVENT[event.change]
        self.reader.list.set()
        domain = self.host.domain(event.uuid)
        if domain is not None:
            self.reader.details.mark(event.uuid, parts & ~Part.GUEST)
            if Part.GUEST in parts:
                looked_at = event.uuid == self.selected
                self.reader.asking.stale.mark(event.uuid, Part.GUEST if looked_at else Part.FROST)
                if not looked_at and not is_frozen(domain):
                    self.shelf.change(event.uuid, guest=None)  # asked when it is looked at

    async def _tick(self) -> None:
        """What libvirt tells by no event: progress, and whether it answers at all."""
        number = 0
        while True:
            await asyncio.sleep(TICK)
            number += 1
            self._listen()
            self.reader.mark_moving()
            if number % PULSE == 0:
                self.reader.pulse.again()
                if any(domain.busy and domain.silence for domain in self.host.domains):
                    self.reader.list.set()  # what hangs amid its start can be forced off
            if number % MEASURE == 0 and self.selected and self.host.domain(self.selected):
                self.reader.details.mark(self.selected, Part.GROWTH)
            if number % MEASURE == 0:
                for uuid in self._to_be_asked():
                    self.reader.asking.stale.mark(uuid, Part.FROST)
            if number % POLL == 0:
                for domain in self.host.domains:
                    if domain.reason == IO_ERROR:
                        self.reader.details.mark(domain.uuid, Part.CONFIG)  # room may be made
                    if domain.held or is_frozen(domain):
                        self.reader.asking.stale.mark(domain.uuid, Part.GUEST)

    def _listen(self) -> None:
        """Tells when the daemon owes an answer: libvirt breaks a connection only much later."""
        since = self.reader.cheap.since or 0.0
        late = since if since and time.time() - since >= PATIENCE else 0.0
        self.shelf.put(replace(self.host, silent=late))

    async def _sweep(self) -> None:
        """Looks for snapshots made by others; by that, a daemon that hangs is noticed, too."""
        while True:
            await asyncio.sleep(TICK * POLL)
            await self.reader.cheap.call(Connection.greet)
            for uuid in self._due():
                await self._compare(uuid)

    def _due(self) -> tuple[str, ...]:
        """The selected domain and the next few of the others."""
        others = [d.uuid for d in self.host.domains if d.forest and d.uuid != self.selected]
        turn = [others[(self._swept + n) % len(others)] for n in range(min(SWEEP, len(others)))]
        self._swept += len(turn)
        return (self.selected, *turn) if self.selected else tuple(turn)

    def _to_be_asked(self) -> tuple[str, ...]:
        """Whose agent is asked whether somebody has frozen the guest: there is no such event."""
        able = [domain.uuid for domain in self.host.domains if _may_say(domain)]
        others = [uuid for uuid in able if uuid != self.selected]
        turn = [others[(self._asked + n) % len(others)] for n in range(min(FEW, len(others)))]
        self._asked += len(turn)
        return (*(uuid for uuid in able if uuid == self.selected), *turn)

    async def _compare(self, uuid: str) -> None:
        """Marks the domain when its snapshots are not those that are known."""
        domain = self.host.domain(uuid)
        if domain is None or domain.forest is None or domain.busy:
            return
        try:
            names, current = await self.reader.cheap.call(Connection.names, uuid)
        except Lost:
            raise
        except HostError:
            self.reader.list.set()  # it may be gone; nobody else is concerned
            return
        known = frozenset(snapshot.name for snapshot in domain.forest.snapshots)
        if (names, current) != (known, domain.forest.current):
            self.reader.details.mark(uuid, Part.DISKS | Part.JOBS)
        elif domain.state.active and not domain.jobs:
            out = _was_out_of_reach(domain)
            self.reader.details.mark(uuid, Part.JOBS | (Part.CONFIG if out else Part.NOTHING))
        elif _was_out_of_reach(domain) or (
            domain.state is State.OFF and self._will_be_known(domain)
        ):
            self.reader.details.mark(uuid, Part.CONFIG)

    def _will_be_known(self, domain: Domain) -> bool:
        """Whether a storage pool, once it looks at its files again, may tell more of a chain."""
        disks = domain.config.disks if domain.config else ()
        ends = (disk.layers[-1] for disk in disks if disk.pooled and not disk.complete)
        return not self.host.facts.local and any(not (end.missing or end.unread) for end in ends)

    def close(self) -> None:
        """Waits for nothing."""
        self.reader.close()


def _was_out_of_reach(domain: Domain) -> bool:
    """Whether a file server did not answer when its images were to be looked at."""
    disks = domain.config.disks if domain.config else ()
    return any(layer.unread == NO_ANSWER for disk in disks for layer in disk.layers)
