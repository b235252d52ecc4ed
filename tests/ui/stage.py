"""A world made by hand behind the real screen, and hands that press its keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual import events
from textual.pilot import Pilot

from kvmtui.host.base import Refused
from kvmtui.host.journal import Journal
from kvmtui.host.perform import Outcome
from kvmtui.model.comparison import Comparison
from kvmtui.model.domain import Domain, State
from kvmtui.model.guest import Channel
from kvmtui.model.place import Place
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from kvmtui.model.world import Ref, World
from kvmtui.plans.plan import Plan
from kvmtui.ui.app import Kvmtui
from tests import worlds
from tests.worlds import ANSWERING, DAY, GIB, NOW, disk, domain, external, file, image

URI = worlds.URI


def world(*domains: Domain) -> World:
    """One open host with these domains."""
    return worlds.world(*domains, since=NOW - 60)


def database(names: tuple[str, ...] = ("snap-pre-upgrade", "instantánea1")) -> Domain:
    """A running database server with disk-only snapshots and an agent that answers."""
    files = ["erp-db1.qcow2", *(f"erp-db1.{name}.qcow2" for name in names)]
    layers = tuple(
        image(file(name), capacity=40 * GIB, used=(n + 3) * GIB)
        for n, name in enumerate(reversed(files))
    )
    snapshots = tuple(
        external(
            name,
            names[n - 1] if n else None,
            base=files[n],
            overlay=files[n + 1],
            created=NOW - (40 - 30 * n // (len(names) - 1)) * DAY,
            description=f"Antes de {name}",
        )
        for n, name in enumerate(names)
    )
    return domain(
        "erp-db1",
        replace(disk(), layers=layers, free=212 * GIB),
        title="ERP · PostgreSQL 15",
        channel=Channel.CONNECTED,
        guest=replace(ANSWERING, hostname="erp-db1"),
        forest=Forest(snapshots, names[-1]),
    )


def bare(name: str, state: State = State.OFF) -> Domain:
    """A domain with one disk and nothing else."""
    return domain(name, state=state)


class Still:
    """Hosts that do not exist: a test changes the world, and plans are only written down."""

    note = ""

    def __init__(self, shown: World, folder: Path) -> None:
        self.world = shown
        self.journal = Journal(folder)
        self.performed: list[Plan] = []
        self.looked: list[tuple[str, ...]] = []
        """The paths that were looked at, look by look."""
        self.place: Callable[[str], Place] = worlds.place
        """What is found at a path."""
        self.selected: Ref | None = None
        self.keys = 0
        """Of which it was told."""
        self.refreshed = 0
        self.error = ""
        """What the next plan fails with."""
        self.unmet: tuple[str, ...] = ()
        """What does not come about after the next plan, although the plan does."""
        self.given_back = 0
        self.not_given_back: tuple[str, ...] = ()
        """What guests cannot be given back when kvmtui ends."""
        self.unreadable = ""
        """Why libvirt shows no XML."""
        self.comparison = Comparison((), ())
        self.answering = asyncio.Event()
        """XML is shown only once it is set."""
        self.answering.set()
        self.before_fresh: Callable[[], None] = lambda: None
        """What happens to the world between the modal and the second planning."""
        self._subscriber: Callable[[World], None] = lambda _: None

    def subscribe(self, subscriber: Callable[[World], None]) -> None:
        self._subscriber = subscriber

    def become(self, shown: World) -> None:
        """The world is like this from now on."""
        self.world = shown
        self._subscriber(shown)

    def put(self, domain: Domain) -> None:
        """One domain is like this from now on."""
        self.become(World(tuple(host.with_domain(domain) for host in self.world.hosts)))

    def put_host(self, **fields: object) -> None:
        """The first host has these fields from now on."""
        first, *rest = self.world.hosts
        self.become(World((replace(first, **fields), *rest)))  # type: ignore[arg-type]

    async def run(self) -> None:
        await asyncio.Event().wait()

    def attend(self) -> None:
        self.keys += 1

    def select(self, ref: Ref | None) -> None:
        self.selected = ref

    def refresh(self, ref: Ref | None = None) -> None:
        self.refreshed += 1

    async def fresh(self, ref: Ref) -> Domain:
        self.before_fresh()
        found = self.world.find(ref)
        assert found is not None
        return found[1]

    async def definition(self, ref: Ref, *, next_start: bool) -> str:
        return await self._read(f"{'next start' if next_start else 'running'} of {ref.uuid}")

    async def record(self, ref: Ref, snapshot: str) -> str:
        return await self._read(f"{snapshot} of {ref.uuid}")

    async def changes(self, ref: Ref, snapshot: str) -> Comparison:
        await self._read("")
        return self.comparison

    async def _read(self, what: str) -> str:
        await self.answering.wait()
        if self.unreadable:
            raise Refused(self.unreadable)
        return f"<domain id='1'>\n  <name>{what}</name>\n</domain>\n"

    async def look(self, ref: Ref, paths: tuple[str, ...]) -> None:
        self.looked.append(paths)
        self.put_host(places=tuple(self.place(path) for path in paths))

    async def perform(self, plan: Plan) -> Outcome:
        self.performed.append(plan)
        done = 0 if self.error else len(plan.steps)
        return Outcome(plan, done, self.error, unmet=self.unmet)

    async def give_back(self) -> tuple[str, ...]:
        self.given_back += 1
        return self.not_given_back

    def close(self) -> None: ...


@asynccontextmanager
async def on_stage(
    hosts: Still, size: tuple[int, int] = (80, 24), *, readonly: bool = False
) -> AsyncIterator[Pilot[int]]:
    """The real application over these hosts."""
    app = Kvmtui(hosts, readonly=readonly)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: hosts.selected is not None or not hosts.world.hosts[0].domains)
        yield pilot


def typed_ahead(pilot: Pilot[int], *keys: str) -> None:
    """Keys that come all at once, as a slow line brings them."""
    for key in keys:
        pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))


async def until(pilot: Pilot[int], condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Waits for the screen; fails when the condition does not come about."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not condition():
        assert loop.time() < end, f"did not come about in {seconds} s:\n{text(pilot)}"
        await pilot.pause(0.02)


def text(pilot: Pilot[int]) -> str:
    """The screen as a reader sees it."""
    screen = pilot.app.screen
    width, height = screen.size
    lines = screen._compositor.render_strips()[:height]
    return "\n".join("".join(segment.text for segment in strip)[:width] for strip in lines)
