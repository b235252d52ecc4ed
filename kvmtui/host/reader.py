"""Reads the parts of a domain that became stale; what is late with one holds up no other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

from kvmtui.host.asking import Asking
from kvmtui.host.attendance import Attendance
from kvmtui.host.base import Busy, Gone, HostError, Lost
from kvmtui.host.following import follow
from kvmtui.host.glance import Glance
from kvmtui.host.inspection import Inspection
from kvmtui.host.jobs import Jobs
from kvmtui.host.patience import waiting
from kvmtui.host.pulse import Answer, Pulse
from kvmtui.host.seat import Seat
from kvmtui.host.shelf import Shelf, fields_of
from kvmtui.host.stale import Part, Stale
from kvmtui.host.survey import Survey
from kvmtui.host.turns import Turns
from kvmtui.host.virt import Connection, Opener
from kvmtui.model.domain import Config, Domain
from kvmtui.model.guest import Channel
from kvmtui.model.job import JobKind
from kvmtui.model.place import Place
from kvmtui.model.value import replace
from kvmtui.plans.progress import Progress

PREPARED = 1.0
"""Seconds until libvirt writes RAM. Asked before, it answers when all of it is written."""

REST = {False: 0.5, True: 3.0}
"""How much longer than such a reading is the pause after it, where nobody waits: by attendance."""


class Reader:
    """A seat for the list, which must stay quick, turns for the rest, and a seat for agents."""

    def __init__(self, opener: Opener, shelf: Shelf) -> None:
        self._shelf = shelf
        self.cheap = Seat("list", opener)
        self.turns = Turns("detail", opener)
        self.pulse = Pulse(self.turns, shelf, self._revived, self._has_job)
        self.asking = Asking(opener, shelf)
        self.inspection = Inspection(shelf)
        self.glance = Glance(self.cheap, shelf)
        self.attendance = Attendance()
        self.survey = Survey(opener, shelf, self.attendance)
        self.details = Stale()
        self.leisure = Stale()
        """Domains that nobody waits for: they are read with pauses, and so that no key is late."""
        self._jobs = Jobs(shelf, self.details, self._works)
        self.memory = Stale()
        """Domains whose RAM is being saved."""
        self.list = asyncio.Event()
        """Set when the list of domains is to be read again."""
        self.anew = False
        """Nothing that was learnt of images before is good enough for the next reading."""
        self._seats = (self.cheap, self.turns, self.asking.seat)
        self._working: dict[str, tuple[Progress, float]] = {}
        """What is worth reading while a plan works, by uuid; and since when it does."""

    def reset(self) -> None:
        """The connection is gone: new ones are opened by the next calls."""
        self.pulse.clear()
        self.glance.end()
        for seat in self._seats:
            seat.reset()
        for stale in (self.details, self.leisure, self.asking.stale, self.memory):
            stale.clear()

    def close(self) -> None:
        """Waits for nothing."""
        for seat in self._seats:
            seat.close()

    def leave(self, uuid: str) -> None:
        """Nobody looks at the domain any more: what was to be read for that is overtaken."""
        self.inspection.end(uuid)
        self.glance.end()
        domain = self._shelf.host.domain(uuid)
        if domain is None or domain.known:
            self.details.unmark(uuid, Part.GROWTH)
        elif self.details.unmark(uuid, Part.DISKS | Part.JOBS | Part.GROWTH):
            self.leisure.mark(uuid, Part.DISKS | Part.JOBS)

    def begin(self, uuid: str, progress: Progress) -> None:
        """A plan works on the domain: until ``end``, only its progress is read."""
        self._working[uuid] = (progress, time.monotonic())
        domain = self._shelf.host.domain(uuid)
        if domain is not None and progress is not Progress.MEMORY:
            jobs = tuple(job for job in domain.jobs if job.kind is not JobKind.MEMORY)
            self._shelf.change(uuid, jobs=jobs)

    def end(self, uuid: str) -> None:
        """No plan works on the domain any more."""
        self._working.pop(uuid, None)
        self.details.mark(uuid, Part.DISKS | Part.JOBS)
        self.asking.stale.mark(uuid, Part.GUEST)

    def mark_moving(self) -> None:
        """Has what jobs have done read again."""
        blocks = {d.uuid for d in self._shelf.host.domains if d.jobs}
        for uuid, (progress, since) in self._working.items():
            if progress is Progress.BLOCK:
                blocks.add(uuid)
            elif progress is Progress.MEMORY and time.monotonic() > since + PREPARED:
                self.memory.mark(uuid, Part.JOBS)
        for uuid in blocks:
            self.details.mark(uuid, Part.JOBS)

    def _works(self, uuid: str) -> Progress | None:
        return self._working.get(uuid, (None, 0.0))[0]

    def _has_job(self, uuid: str) -> bool:
        return self._works(uuid) in (Progress.BLOCK, Progress.MEMORY)

    async def domains(self) -> None:
        """The list; what changed its state is marked."""
        for uuid in self._shelf.merge(await self.cheap.call(Connection.domains)):
            self.details.mark(uuid, Part.DISKS | Part.JOBS)
            if uuid == self.asking.stale.first:
                self.asking.stale.mark(uuid, Part.GUEST)

    async def fresh(self, uuid: str, *, anew: bool = True) -> Domain:
        """The domain as it is now. Raises ``HostError``, ``Gone`` when it is no more.

        ``anew``: storage pools must look at their files again, too, as before a plan.
        """
        await self.domains()
        if await self.pulse.answers(uuid, anew=True) is Answer.LATE:
            domain = self._shelf.host.domain(uuid)
            raise Busy(f"{domain.name if domain else uuid}: QEMU does not answer")
        async with self._reading(uuid) as seat:
            if anew:
                await seat.call(Connection.renew)
            forest = await seat.call(Connection.forest, uuid)
            config = await self._config(seat, uuid)
            self._shelf.change(uuid, config=config, trouble="", **fields_of(forest))
            if self._works(uuid) is not Progress.MEMORY:
                await self._jobs.read(seat, uuid)
            if uuid == self.details.first:
                await self.inspection.look_beside(seat, uuid)
        domain = self._shelf.host.domain(uuid)
        if domain is None:
            raise Gone("the domain is gone")
        return domain

    @asynccontextmanager
    async def _reading(self, uuid: str) -> AsyncIterator[Seat]:
        """A turn to read a domain, which is marked when it takes long."""
        async with self.turns.turn() as seat:
            with waiting(self._shelf, uuid), self.survey.standing_back(uuid == self.details.first):
                yield seat

    async def _config(self, seat: Seat, uuid: str, *, ask_qemu: bool = True) -> Config:
        """QEMU is asked nothing about its images while a block job changes them."""
        domain = self._shelf.host.domain(uuid)
        job = domain is not None and any(job.disk for job in domain.jobs)
        calm = ask_qemu and not job and self._works(uuid) is not Progress.BLOCK
        return await seat.call(Connection.config, uuid, ask_qemu=calm)

    async def look(self, paths: tuple[str, ...]) -> None:
        """Looks at these paths, and forgets others. Raises ``HostError``."""
        places: tuple[Place, ...] = ()
        if paths:
            async with self.turns.turn() as seat:
                places = await seat.call(Connection.places, paths)
        self._shelf.put(replace(self._shelf.host, places=places))

    async def follow_list(self) -> None:
        """Reads the list whenever it is asked for."""
        while True:
            await self.list.wait()
            self.list.clear()
            await self.domains()

    async def follow_details(self) -> None:
        """Reads what is stale."""
        await follow(self.details, self._read)

    async def follow_leisure(self) -> None:
        """Reads what nobody waits for."""
        await follow(self.leisure, self._read, rest=lambda: REST[bool(self.attendance)])

    async def follow_memory(self) -> None:
        """Reads how much RAM is written, which can take until all of it is."""
        await follow(self.memory, self._read_memory)

    async def follow_guests(self) -> None:
        """Asks guest agents, however long they take."""
        while True:
            uuid, parts = await self.asking.stale.take()
            self.asking.stale.let(uuid)
            await self._guarded(uuid, self._ask(uuid, parts))

    async def _guarded(self, uuid: str, reading: Awaitable[None]) -> None:
        """A domain that vanishes or will not answer concerns nobody else."""
        try:
            await reading
        except Lost:
            raise
        except Gone:
            self.list.set()
        except HostError as error:
            self._shelf.change(uuid, trouble=str(error))

    async def _read(self, uuid: str, parts: Part) -> None:
        await self._guarded(uuid, self._read_parts(uuid, parts))

    async def _read_parts(self, uuid: str, parts: Part) -> None:
        answer = await self.pulse.answers(uuid)
        progress = self._works(uuid)
        known = self._known(uuid) is not None
        if progress is Progress.BLOCK and answer is Answer.SOUND:
            async with self._reading(uuid) as seat:
                await self._jobs.read(seat, uuid)
        if progress is not None or (answer is Answer.LATE and known):
            return  # only what is known not to wait for the plan's own call, or for QEMU
        if Part.DISKS in parts:
            self.leisure.forget(uuid)
        before = self._channel(uuid)
        async with self._reading(uuid) as seat:
            await self._read_disks(seat, uuid, parts, ask_qemu=answer is Answer.SOUND)
            if not known and self.details.first and self.inspection.can_look_beside:
                self.details.mark(self.details.first, Part.GROWTH)
            if self._channel(uuid) is not before:
                looked_at = uuid == self.asking.stale.first
                self.asking.stale.mark(uuid, Part.GUEST if looked_at else Part.FROST)
            if Part.JOBS in parts and answer is Answer.SOUND:
                await self._jobs.read(seat, uuid)
            if Part.GROWTH in parts and answer is Answer.SOUND:
                await self.inspection.measure(seat, uuid)
            if uuid == self.details.first and parts & (Part.DISKS | Part.GROWTH):
                await self.inspection.look_beside(seat, uuid)

    def _revived(self, uuid: str) -> None:
        """QEMU answers again: what was not asked meanwhile is asked now."""
        self.details.mark(uuid, Part.DISKS | Part.JOBS)
        if uuid == self.asking.stale.first:
            self.asking.stale.mark(uuid, Part.GUEST)

    def _channel(self, uuid: str) -> Channel | None:
        """The agent's channel, once the definition is known: only then the agent can be asked."""
        return config.channel if (config := self._known(uuid)) else None

    def _known(self, uuid: str) -> Config | None:
        domain = self._shelf.host.domain(uuid)
        return domain.config if domain else None

    async def _read_disks(self, seat: Seat, uuid: str, parts: Part, *, ask_qemu: bool) -> None:
        """Published together: what an image holds is compared with what is recorded."""
        found: dict[str, Any] = {}
        if self.anew:
            self.anew = False
            await seat.call(Connection.renew)
        try:
            if Part.SNAPSHOTS in parts:
                found = fields_of(await seat.call(Connection.forest, uuid))
                if self._known(uuid) is None:
                    self._shelf.change(uuid, **found)  # nothing to compare it with
            if Part.CONFIG in parts:
                found["config"] = await self._config(seat, uuid, ask_qemu=ask_qemu)
        finally:
            if found:
                self._shelf.change(uuid, trouble="", **found)

    async def _read_memory(self, uuid: str, _parts: Part) -> None:
        await self._guarded(uuid, self._read_memory_job(uuid))

    async def _read_memory_job(self, uuid: str) -> None:
        if await self.pulse.answers(uuid) is not Answer.SOUND:
            return
        async with self.turns.turn() as seat:
            await self._jobs.read_memory(seat, uuid)

    async def _ask(self, uuid: str, parts: Part) -> None:
        if uuid not in self._working:
            await self.asking.read(uuid, parts)
