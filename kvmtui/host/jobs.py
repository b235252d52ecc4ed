"""Reads what block jobs, and the saving of RAM, have done so far."""

from __future__ import annotations

import time
from collections.abc import Callable

from kvmtui.host.seat import Seat
from kvmtui.host.shelf import Shelf
from kvmtui.host.stale import Part, Stale
from kvmtui.host.virt import Connection
from kvmtui.model.job import Job
from kvmtui.plans.progress import Progress


class Jobs:
    """Publishes the jobs of a domain, with their speed since the reading before."""

    def __init__(
        self, shelf: Shelf, details: Stale, works: Callable[[str], Progress | None]
    ) -> None:
        self._shelf = shelf
        self._details = details
        self._works = works
        """What is worth reading while a plan works on the domain; None when none does."""

    async def read(self, seat: Seat, uuid: str) -> None:
        """Block jobs; where one has come or gone, the disks are to be read again."""
        domain = self._shelf.host.domain(uuid)
        if domain is None or domain.config is None:
            return
        jobs: tuple[Job, ...] = ()
        if domain.state.active and self._shelf.host.facts.has_block_jobs:
            ready = domain.config.ready
            targets = tuple(disk.target for disk in domain.config.writable)
            jobs = await seat.call(Connection.jobs, uuid, targets, ready)
            late = any(job.ready and job.disk not in ready for job in jobs)
            if late and self._works(uuid) is None:
                self._details.mark(uuid, Part.CONFIG)  # whatever became of the event
        if {job.disk for job in jobs} != {job.disk for job in domain.jobs}:
            self._details.mark(uuid, Part.DISKS)
        self._shelf.change(uuid, jobs=self._metered(uuid, jobs))

    async def read_memory(self, seat: Seat, uuid: str) -> None:
        """How much RAM is written, which can take until all of it is."""
        job = await seat.call(Connection.memory_job, uuid)
        if self._works(uuid) is Progress.MEMORY:
            self._shelf.change(uuid, jobs=self._metered(uuid, (job,) if job else ()))

    def _metered(self, uuid: str, jobs: tuple[Job, ...]) -> tuple[Job, ...]:
        domain = self._shelf.host.domain(uuid)
        before = {job.disk: job for job in domain.jobs} if domain else {}
        return tuple(job.follows(before.get(job.disk), time.monotonic()) for job in jobs)
