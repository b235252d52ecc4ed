"""All hosts together: the world as it is known now, and plans carried out on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kvmtui.host.base import Gone
from kvmtui.host.journal import Journal
from kvmtui.host.seat import Seat
from kvmtui.host.virt import Connection, Opener
from kvmtui.host.watch import Watch
from kvmtui.model.domain import Domain
from kvmtui.model.world import Host, Ref, World

if TYPE_CHECKING:
    from kvmtui.host.perform import Outcome, Performance
    from kvmtui.model.comparison import Comparison
    from kvmtui.plans.plan import Plan


class Fleet:
    """Connects to every host at once when it is made; ``run`` follows them.

    ``world`` is replaced, never changed; every function given to ``subscribe`` is called with
    the new one, on the event loop.
    """

    def __init__(
        self,
        openers: Iterable[Opener],
        state: Path,
        *,
        commit_bandwidth: int = 0,
        note: str = "",
    ) -> None:
        self.note = note
        """A word about where this fleet comes from, for the screen."""
        self.journal = Journal(state)
        self._subscribers: list[Callable[[World], None]] = []
        self._performing: list[Performance] = []
        self._tasks: set[asyncio.Future[None]] = set()
        opened = tuple(openers)
        self.watches = {
            opener.uri: Watch(
                opener,
                self._published,
                commit_bandwidth=commit_bandwidth,
                leads=opener is opened[0],
            )
            for opener in opened
        }
        self.world = World(tuple(watch.host for watch in self.watches.values()))

    def subscribe(self, subscriber: Callable[[World], None]) -> None:
        """Has ``subscriber`` called with every new world."""
        self._subscribers.append(subscriber)

    def _published(self, host: Host) -> None:
        world = self.world.with_host(host)
        if world is not self.world:
            self.world = world
            for subscriber in self._subscribers:
                subscriber(world)

    @property
    def leading(self) -> tuple[Future[Any], ...]:
        """What the first screen would rather have, too; it can be waited for."""
        return tuple(watch.leading for watch in self.watches.values() if watch.leading is not None)

    def arrive(self) -> None:
        """Tells of the hosts that have answered by now; without an event loop."""
        for watch in self.watches.values():
            watch.arrive()

    async def run(self) -> None:
        """Follows all hosts until cancelled."""
        async with asyncio.TaskGroup() as group:
            for watch in self.watches.values():
                group.create_task(watch.run())

    def attend(self) -> None:
        """A key was pressed."""
        for watch in self.watches.values():
            watch.reader.attendance.note()

    def select(self, ref: Ref | None) -> None:
        """The domain that is looked at."""
        for uri, watch in self.watches.items():
            watch.select(ref.uuid if ref and ref.uri == uri else None)

    def refresh(self, ref: Ref | None = None) -> None:
        """Reads again what is on the screen; tries lost hosts at once."""
        for uri, watch in self.watches.items():
            watch.refresh(ref.uuid if ref and ref.uri == uri else None)

    async def fresh(self, ref: Ref) -> Domain:
        """One domain, read now. Raises ``HostError``."""
        watch = self.watches.get(ref.uri)
        if watch is None:
            raise Gone("the host is gone")
        return await watch.reader.fresh(ref.uuid)

    async def definition(self, ref: Ref, *, next_start: bool) -> str:
        """The domain's XML without secrets, read now. Raises ``HostError``."""
        async with self._turn(ref) as seat:
            return await seat.call(Connection.definition, ref.uuid, next_start=next_start)

    async def record(self, ref: Ref, snapshot: str) -> str:
        """A snapshot's XML without secrets, read now. Raises ``HostError``."""
        async with self._turn(ref) as seat:
            return await seat.call(Connection.record, ref.uuid, snapshot)

    async def changes(self, ref: Ref, snapshot: str) -> Comparison:
        """What changed in the definition since a snapshot, read now. Raises ``HostError``."""
        found = self.world.find(ref)
        config = found[1].config if found else None
        disks = config.disks if config else ()
        chains = {disk.target: {layer.source for layer in disk.layers} for disk in disks}
        async with self._turn(ref) as seat:
            return await seat.call(Connection.changes, ref.uuid, snapshot, chains)

    def _turn(self, ref: Ref) -> AbstractAsyncContextManager[Seat]:
        watch = self.watches.get(ref.uri)
        if watch is None:
            raise Gone("the host is gone")
        return watch.reader.turns.turn()

    async def look(self, ref: Ref, paths: tuple[str, ...]) -> None:
        """Has the world tell what is at these paths of a host. Raises ``HostError``."""
        watch = self.watches.get(ref.uri)
        if watch is None:
            raise Gone("the host is gone")
        await watch.reader.look(paths)

    async def perform(self, plan: Plan) -> Outcome:
        """Carries a plan out; never raises for what libvirt answers."""
        from kvmtui.host.perform import Performance

        performance = Performance(self.watches[plan.ref.uri], self.journal, plan)
        self._performing.append(performance)
        try:
            return await performance.run()
        finally:
            self._performing.remove(performance)
            if performance.leaves_frost:
                self._keep(self._thaw_later(plan))

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        """Has it done beside everything else."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _thaw_later(self, failed: Plan) -> None:
        """An agent may carry out what it was told long after nobody waits for it any more."""
        from kvmtui.host.frost import Frost
        from kvmtui.host.perform import Performance
        from kvmtui.plans.plan import Plan
        from kvmtui.plans.steps import Thaw

        watch = self.watches[failed.ref.uri]
        frost = Frost(watch, failed.ref.uuid)
        while await frost.comes_later():
            domain = watch.host.domain(failed.ref.uuid)
            name = domain.name if domain else ""
            title = f"Thaw the file systems of {name}"
            plan = Plan(failed.ref, title, "Thaw", steps=(Thaw(name),), beside=True)
            await Performance(watch, self.journal, plan).run()
            if not frost.is_unheard():
                return  # it is thawed, or the agent will not do it

    async def give_back(self) -> tuple[str, ...]:
        """Resumes guests and takes throttles away that plans at work would only in the end.

        Tells what did not come about.
        """
        told: list[str] = []
        for performance in tuple(self._performing):
            told += await performance.give_back()
        return tuple(told)

    def close(self) -> None:
        """Waits for nothing."""
        for task in self._tasks:
            task.cancel()
        for watch in self.watches.values():
            watch.close()
