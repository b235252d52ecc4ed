"""How much is asked of a daemon while nobody does anything."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kvmtui.host import patrol
from kvmtui.host.patrol import PAUSE, ROUND, Patrol
from kvmtui.host.shelf import Shelf
from kvmtui.host.stale import Part, Stale
from kvmtui.host.virt import Connection
from kvmtui.model.domain import Domain, State
from kvmtui.model.world import Host
from tests.worlds import domain, host

MINUTE = 60 / PAUSE
"""Looks."""

CALLS = {Connection.names: 2, Connection.greet: 1, Connection.touched: 0}
"""libvirt's calls for each of these."""

MARKS = {Part.JOBS: 2, Part.GROWTH: 2, Part.FROST: 1}
"""The same for what is read then: a word with QEMU before it asks for jobs, or how images grow."""


class Asked:
    """Stands for the seats, and counts what libvirt would be asked."""

    def __init__(self, shelf: Shelf, *, sees: bool) -> None:
        self.calls = 0
        self.compared: list[str] = []
        self.changed: frozenset[str] = frozenset()
        self.cheap = self.asking = self
        self.details = self.stale = Stale()
        self.list = asyncio.Event()
        self._shelf = shelf
        self._sees = sees

    async def call(self, method: Any, uuid: Any = "") -> object:
        self.calls += CALLS[method]
        if method is Connection.touched:
            return self.changed if self._sees else None
        if method is not Connection.names:
            return None
        self.compared.append(uuid)
        known = self._shelf.host.domain(uuid)
        assert known is not None
        assert known.forest is not None
        return frozenset(s.name for s in known.forest.snapshots), known.forest.current

    def count(self) -> int:
        """And what is read because of marks."""
        for parts in self.stale._parts.values():
            self.calls += sum(calls for part, calls in MARKS.items() if part in parts)
        self.stale.clear()
        return self.calls


def patrolled(*domains: Domain, sees: bool = False) -> tuple[Patrol, Asked]:
    shelf = Shelf(host(*domains), lambda _host: None)
    asked = Asked(shelf, sees=sees)
    return Patrol(asked, shelf), asked  # type: ignore[arg-type]


async def looked(made: Patrol, asked: Asked, looks: int) -> float:
    """Calls for so many looks."""
    for number in range(looks):
        await made._follow_records()
        await made._look(number % ROUND)
        asked.count()
    return asked.calls


@pytest.mark.parametrize("sees", [False, True])
@pytest.mark.parametrize("state", [State.OFF, State.RUNNING])
@pytest.mark.parametrize("many", [1, 10, 1000])
async def test_thirty_calls_a_minute_suffice(many: int, state: State, sees: bool) -> None:
    domains = [domain(f"d{n}", state=state) for n in range(many)]
    made, asked = patrolled(*domains, sees=sees)
    made.look_at(domains[0].uuid)
    calls = await looked(made, asked, 2 * ROUND)
    assert calls / (2 * ROUND) * MINUTE <= 30


async def test_all_others_have_their_turn_where_nobody_sees_records() -> None:
    domains = [domain(f"d{n}", state=State.OFF) for n in range(5)]
    made, asked = patrolled(*domains)
    made.look_at(domains[0].uuid)
    await looked(made, asked, 2 * ROUND)
    assert set(asked.compared) == {d.uuid for d in domains}


async def test_of_which_is_seen_that_it_changed_is_read_at_once() -> None:
    domains = [domain(f"d{n}", state=State.OFF) for n in range(50)]
    made, asked = patrolled(*domains, sees=True)
    made.look_at(domains[0].uuid)
    await looked(made, asked, ROUND)
    assert not asked.compared
    asked.changed = frozenset({"d31", "unknown"})
    await made._follow_records()
    assert list(asked.stale._parts.items()) == [(domains[31].uuid, Part.DISKS | Part.JOBS)]


async def test_who_comes_to_be_looked_at_is_compared_soon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patrol, "GLANCE", 0.05)
    web, mail, db = domain("web"), domain("mail"), domain("db")
    made, asked = patrolled(web, mail, db)
    running = asyncio.ensure_future(made.run())
    for passed in (web, mail, db):
        made.look_at(passed.uuid)
        await asyncio.sleep(0)
    await asyncio.sleep(0.3)
    running.cancel()
    assert asked.compared == [db.uuid], "nobody looked at those on the way for long"


def test_a_host_without_domains_is_greeted() -> None:
    made, asked = patrolled()
    assert isinstance(made._shelf.host, Host)
    asyncio.run(made._look(0))
    assert asked.calls == 1
