"""kvmtui itself over hosts that do not exist: made.py FOLDER DOMAINS JOBS RATE."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from kvmtui.model.domain import Domain
from kvmtui.model.guest import Channel
from kvmtui.model.job import Job, JobKind, Sample
from kvmtui.model.value import replace
from kvmtui.ui.app import Kvmtui
from tests.ui.stage import Still, world
from tests.worlds import ANSWERING, GIB, chained

SPEED = 64 * 2**20
"""Bytes that a job copies between two worlds."""


def guest(number: int) -> Domain:
    """A running domain with snapshots, a chain, and an agent that answers."""
    return chained(
        2 + number % 3,
        f"guest-{number:04}",
        channel=Channel.CONNECTED,
        guest=replace(ANSWERING, hostname=f"guest-{number:04}"),
    )


def working(of: Domain, turn: int) -> Domain:
    """The same in the midst of a merge."""
    then, now = (SPEED * (turn + some) + len(of.name) for some in (0, 7))
    total = 64 * GIB
    samples = (Sample(turn, then, total), Sample(turn + 3.5, now, total))
    job = Job("vda", JobKind.ACTIVE_COMMIT, now % total, total, samples=samples)
    return replace(of, jobs=(job,), busy="merge")


class Working(Still):
    """The first domains have jobs that go on."""

    def __init__(self, folder: Path, count: int, jobs: int, rate: float) -> None:
        self._domains = [guest(number) for number in range(count)]
        self._jobs, self._rate = jobs, rate
        super().__init__(world(*self._domains), folder)

    async def run(self) -> None:
        """Has every job tell, one after the other, how far it is."""
        turn = 0
        while self._jobs:
            turn += 1
            for domain in self._domains[: self._jobs]:
                self.put(working(domain, turn))
                await asyncio.sleep(1 / self._rate / self._jobs)


if __name__ == "__main__":
    folder, count, jobs, rate = sys.argv[1:]
    app = Kvmtui(Working(Path(folder), int(count), int(jobs), float(rate)))
    os._exit(app.run() or 0)  # as kvmtui does
