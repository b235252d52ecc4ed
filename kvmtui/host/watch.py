"""Follows one host: connects, listens to its events, polls what has none, reconnects."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress

from kvmtui.host.base import HostError, Lost
from kvmtui.host.following import forgotten
from kvmtui.host.patience import PATIENCE
from kvmtui.host.patrol import Patrol
from kvmtui.host.reader import Reader
from kvmtui.host.shelf import Shelf, fields_of
from kvmtui.host.stale import Part
from kvmtui.host.virt import Change, Connection, Event, Opener
from kvmtui.model.domain import IO_ERROR, Domain
from kvmtui.model.guest import Answer
from kvmtui.model.value import replace
from kvmtui.model.world import Host, Link

BACK_OFF = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds before each further try to connect."""

TICK = 0.5
"""Seconds between two readings of a running job."""

PULSE = 2
"""Ticks between two questions to QEMUs that owe an answer."""

POLL = 8
"""Ticks between two looks at what somebody else may have done: libvirt has no such event."""

SOON = 32
"""Domains of a host that are read without a pause."""

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


class Watch:
    """One host. ``publish`` is called on the event loop with every new ``Host`` value.

    ``leads``: its first domain is looked at first.
    """

    def __init__(
        self,
        opener: Opener,
        publish: Callable[[Host], None],
        *,
        commit_bandwidth: int = 0,
        leads: bool = False,
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
        self._patrol = Patrol(self.reader, self.shelf)
        self.opening: Future[tuple[Domain, ...]] = self.reader.cheap.submit(Connection.domains)
        """The first connection, begun at once: it can be waited for without an event loop."""
        self.leading = self.reader.cheap.submit(Connection.leading) if leads else None
        """The snapshots of the first domain, until they were told; likewise."""

    @property
    def host(self) -> Host:
        """The last known value."""
        return self.shelf.host

    def select(self, uuid: str | None) -> None:
        """The domain that is looked at: read first, polled, its guest agent asked."""
        if self.selected is not None and self.selected != uuid:
            self.reader.leave(self.selected)
        self.selected = self.reader.details.first = self.reader.asking.stale.first = uuid
        domain = self.host.domain(uuid) if uuid else None
        if domain is not None:
            if self.host.link is Link.OPEN:
                self.reader.glance.begin(domain.uuid)
            parts = Part.GROWTH if domain.known else Part.DISKS | Part.JOBS | Part.GROWTH
            self.reader.details.mark(domain.uuid, parts)
            guest = domain.guest
            if guest is None or (domain.state.active and guest.answer is Answer.UNASKED):
                self.reader.asking.stale.mark(domain.uuid, Part.GUEST)
        self._patrol.look_at(uuid)

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
        self._met(await asyncio.wrap_future(self.opening))
        if self.leading is not None:
            leading = asyncio.wrap_future(self.leading)
            leading.add_done_callback(forgotten)  # whoever looks at it is told
            await asyncio.wait({leading})
            self._led()
        facts = await self.reader.cheap.call(Connection.facts)
        readonly = self.opener.readonly or bool(facts.barred)
        self.shelf.put(replace(self.host, facts=facts, readonly=readonly))
        self._open.set()

    def arrive(self) -> None:
        """Tells what of the first screen is there; without an event loop."""
        if self.opening.done() and self.opening.exception() is None:
            self._met(self.opening.result())
            self._led()

    def _met(self, rows: tuple[Domain, ...]) -> None:
        self.shelf.merge(rows)
        self.shelf.link(Link.OPEN)

    def _led(self) -> None:
        """What cannot be read now is read again, and then whoever looks at it is told."""
        leading = self.leading
        if leading is None or not leading.done():
            return
        self.leading = None
        led = leading.result() if leading.exception() is None else None
        if led is not None:
            self.shelf.change(led[0], **fields_of(led[1]))

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
            self.opening = self.reader.cheap.submit(Connection.domains)

    async def _follow(self) -> None:
        """Reads and listens until the connection is lost, then raises ``Lost``."""
        loop = asyncio.get_running_loop()
        lost: asyncio.Future[None] = loop.create_future()

        def report(event: Event) -> None:
            with suppress(RuntimeError):  # the loop may be closed already
                loop.call_soon_threadsafe(self._happened, event, lost)

        await self.reader.cheap.call(Connection.follow, report)
        self.reader.list.set()  # what happened before events were told
        if self.selected is not None:
            self.reader.details.mark(self.selected, Part.DISKS | Part.JOBS)
            self.reader.asking.stale.mark(self.selected, Part.GUEST)
        self.select(self.selected)
        follows = (
            self.reader.follow_list,
            self.reader.glance.follow,
            self.reader.follow_details,
            self.reader.follow_guests,
            self.reader.follow_memory,
            self._tick,
            self._patrol.run,
            self._get_to_know,
        )
        tasks = [lost, *(asyncio.ensure_future(follow()) for follow in follows)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()

    async def _get_to_know(self) -> None:
        """All domains: what they are called first, then everything of one after another.

        In one that runs, more can go on of which somebody should be told.
        """
        await self.reader.survey.run()
        for number, uuid in enumerate(self._those_that_run_first()):
            stale = self.reader.details if number < SOON else self.reader.leisure
            stale.mark(uuid, Part.DISKS | Part.JOBS)
        await asyncio.sleep(TICK)  # what is read soon goes first
        await self.reader.follow_leisure()

    def _those_that_run_first(self) -> list[str]:
        """uuids: who waits for long must not keep what domains were when that began."""
        domains = sorted(self.host.domains, key=lambda domain: not domain.state.active)
        return [domain.uuid for domain in domains]

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
        if late != self.host.silent:
            self.shelf.put(replace(self.host, silent=late))

    def close(self) -> None:
        """Waits for nothing."""
        self.reader.close()
