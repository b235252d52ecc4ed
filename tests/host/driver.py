"""Runs a fleet in the test's own loop, waits for worlds, and carries wishes out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from unittest import mock

from kvmtui.host import patrol
from kvmtui.host.fleet import Fleet
from kvmtui.host.perform import Outcome
from kvmtui.host.virt import Opener
from kvmtui.model.domain import Domain
from kvmtui.model.world import Host, Ref, World
from kvmtui.plans import planner
from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.wishes import Wish

OFTEN = 2.0
"""Seconds between two looks at what others may have done: more than a daemon is asked by users."""

PATIENCE = 20.0
"""Seconds for what should take one at most."""


class Driver:
    """One fleet with one host; every world that it published is kept in ``worlds``."""

    def __init__(self, fleet: Fleet, running: asyncio.Task[None]) -> None:
        self.fleet = fleet
        self.worlds: list[World] = []
        fleet.subscribe(self.worlds.append)
        self._running = running

    @property
    def host(self) -> Host:
        return self.fleet.world.hosts[0]

    def domain(self, name: str) -> Domain:
        """The domain as it is known now."""
        return next(domain for domain in self.host.domains if domain.name == name)

    def ref(self, name: str) -> Ref:
        return Ref(self.host.uri, self.domain(name).uuid)

    async def until(
        self, true: Callable[[Host], object], seconds: float = PATIENCE, what: str = ""
    ) -> float:
        """Waits until the host is like that; gives the seconds that it took."""
        begun = time.monotonic()
        while not true(self.host):
            if self._running.done():
                self._running.result()
            assert time.monotonic() < begun + seconds, f"not in {seconds:g} s: {what}: {self.host}"
            await asyncio.sleep(0.02)
        return time.monotonic() - begun

    async def until_domain(
        self, name: str, true: Callable[[Domain], object], seconds: float = PATIENCE, what: str = ""
    ) -> float:
        """Waits until the domain is like that."""
        return await self.until(
            lambda host: any(d.name == name and true(d) for d in host.domains), seconds, what
        )

    async def meet(self, name: str) -> Ref:
        """Waits until everything of the domain has been read, and looks at it."""
        await self.until_domain(name, lambda d: d.known)
        self.fleet.select(self.ref(name))
        return self.ref(name)

    async def plan(self, wish: Wish) -> Plan | Refusal:
        """What the wish means for the domain as it is now."""
        await self.fleet.fresh(wish.ref)
        await self.fleet.look(wish.ref, planner.to_look_at(self.fleet.world, wish))
        return planner.make(self.fleet.world, wish)

    async def refused(self, wish: Wish) -> str:
        """The rule that refuses."""
        made = await self.plan(wish)
        assert isinstance(made, Refusal), made
        return made.rule

    async def attempt(self, wish: Wish) -> Outcome:
        """Carries the plan for a wish out, whatever comes of it."""
        made = await self.plan(wish)
        assert isinstance(made, Plan), made
        return await self.fleet.perform(made)

    async def carry_out(self, wish: Wish) -> Plan:
        """Carries the plan for a wish out, and every step of it must come about."""
        outcome = await self.attempt(wish)
        assert outcome.ok, outcome.says
        return outcome.plan


@asynccontextmanager
async def driving(opener: Opener, state: Path, *, bandwidth: int = 0) -> AsyncIterator[Driver]:
    """A fleet of that one host, followed for the length of the block."""
    fleet = Fleet([opener], state, commit_bandwidth=bandwidth)
    running = asyncio.create_task(fleet.run())
    try:
        with mock.patch.object(patrol, "PAUSE", min(patrol.PAUSE, OFTEN)):
            yield Driver(fleet, running)
    finally:
        running.cancel()
        await asyncio.wait([running])
        fleet.close()
