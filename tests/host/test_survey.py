"""Many domains: what they are called is known first, and one that hangs holds up nobody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, get_ident
from typing import Any

import pytest

from kvmtui.host import attendance, survey
from kvmtui.host.attendance import Attendance
from kvmtui.host.base import Lost
from kvmtui.host.reader import Reader
from kvmtui.host.shelf import Shelf
from kvmtui.host.survey import Survey
from kvmtui.host.virt import Connection, Opener, outlining
from kvmtui.model.outline import Outline
from kvmtui.model.snapshot import Kind
from kvmtui.model.value import replace
from kvmtui.model.world import Facts, Host
from tests.host.driver import driving
from tests.host.test_testdriver import node

MANY = 40
SNAPSHOT = "<domainsnapshot><name>{}</name><description>told</description></domainsnapshot>"


@pytest.fixture
def opener(tmp_path: Path) -> Opener:
    made = node(tmp_path, {f"d{n}": 5 for n in range(MANY)})
    handle = made.open().handle
    for domain in handle.listAllDomains(0):
        for name in ("first", "second"):
            domain.snapshotCreateXML(SNAPSHOT.format(name))
    return made


def shelf_of(opener: Opener, published: Callable[[Host], None] = lambda _host: None) -> Shelf:
    shelf = Shelf(Host(opener.uri), published)
    shelf.merge(opener.open().domains())
    return shelf


async def test_names_kinds_and_the_current_one_of_all_come_before_any_record(
    opener: Opener,
) -> None:
    hosts: list[Host] = []
    shelf = shelf_of(opener, hosts.append)
    hosts.clear()
    await Survey(opener, shelf, Attendance()).run()
    outlines = [[d.outline for d in host.domains if d.outline] for host in hosts]
    half = next(n for n, known in enumerate(outlines) if len(known) == MANY)
    assert all(not outline.whole for outline in outlines[half])
    sketched = sorted((e.name, e.kind, e.description) for e in outlines[half][0].entries)
    assert sketched == [("first", Kind.INTERNAL, ""), ("second", Kind.INTERNAL, "")]
    assert outlines[half][0].current == "second"
    (known, *_others) = outlines[-1]
    assert all(outline.whole for outline in outlines[-1])
    assert sorted((e.name, e.parent, e.description) for e in known.entries) == [
        ("first", None, "told"),
        ("second", "first", "told"),
    ]
    assert all(d.snapshot_count == 2 for d in hosts[-1].domains)
    assert len(hosts) < MANY, "the screen is told of many at once"


async def test_while_somebody_is_at_the_keys_one_seat_goes_on(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attendance, "LEFT", 600.0)
    threads, sketch = set[int](), outlining.sketch

    def noted(domain: Any) -> Outline:
        threads.add(get_ident())
        time.sleep(0.01)
        return sketch(domain)

    monkeypatch.setattr(outlining, "sketch", noted)
    somebody = Attendance()
    somebody.note()
    shelf = shelf_of(opener)
    shelf.put(replace(shelf.host, facts=Facts(local=True)))
    await asyncio.wait_for(Survey(opener, shelf, somebody).run(), 30)
    assert all(d.outline and d.outline.whole for d in shelf.host.domains)
    assert len(threads) == 1


async def test_whoever_waits_for_a_domain_waits_for_one_more_of_each_seat_only(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    sketched, sketch, begun = list[str](), outlining.sketch, Event()

    def slow(domain: Any) -> Outline:
        sketched.append(domain.name())
        begun.set()
        time.sleep(0.02)
        return sketch(domain)

    monkeypatch.setattr(outlining, "sketch", slow)
    shelf = shelf_of(opener)
    made = Survey(opener, shelf, Attendance())  # elsewhere: one seat
    running = asyncio.ensure_future(made.run())
    assert await asyncio.to_thread(begun.wait, 10)
    with made.standing_back(True):
        await asyncio.sleep(0.2)
        assert len(sketched) <= 2
    await asyncio.wait_for(running, 30)
    assert all(d.outline and d.outline.whole for d in shelf.host.domains)


async def test_one_that_hangs_holds_up_nobody(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "PATIENCE", 0.2)
    hang, sketch = Event(), outlining.sketch

    def hanging(domain: Any) -> Outline:
        if domain.name() == "d7":
            hang.wait(30)
        return sketch(domain)

    def unreadable(_domain: Any) -> Outline:
        raise ValueError("so nothing is known but from the first round")

    monkeypatch.setattr(outlining, "sketch", hanging)
    monkeypatch.setattr(outlining, "whole", unreadable)
    shelf = shelf_of(opener)
    try:
        await Survey(opener, shelf, Attendance()).run()
    finally:
        hang.set()
    assert [d.name for d in shelf.host.domains if d.outline is None] == ["d7"]


async def test_a_domain_that_was_read_meanwhile_is_left_alone(opener: Opener) -> None:
    shelf = shelf_of(opener)
    uuid = shelf.host.domains[3].uuid
    reader = Reader(opener, shelf)
    await reader.fresh(uuid)
    before = shelf.host.domain(uuid)
    made = Survey(opener, shelf, Attendance())
    await made.run()
    shelf.learn({uuid: Outline()})  # asked for before it was read
    assert shelf.host.domain(uuid) is before
    reader.close()


async def test_a_connection_that_is_lost_is_told(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: Any, **__: Any) -> None:
        raise Lost("gone")

    monkeypatch.setattr(Connection, "outlines", lost)
    with pytest.raises(Lost):
        await Survey(opener, shelf_of(opener), Attendance()).run()


async def test_in_the_end_all_is_read_and_no_outline_is_kept(
    opener: Opener, tmp_path: Path
) -> None:
    async with driving(opener, tmp_path / "state") as driver:
        await driver.until(lambda h: h.domains and all(d.config and d.forest for d in h.domains))
        assert not any(d.outline for d in driver.host.domains)


async def test_a_daemon_that_answers_nothing_stops_nothing(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that is stopped right after the first screen."""
    monkeypatch.setattr(survey, "PATIENCE", 0.2)
    hang, shelf = Event(), shelf_of(opener)
    monkeypatch.setattr(Connection, "domains", lambda _self: hang.wait(30))
    try:
        await Survey(opener, shelf, Attendance()).run()
    finally:
        hang.set()
    assert not any(d.outline for d in shelf.host.domains)


async def test_it_stands_back_while_somebody_waits_but_not_for_ever(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "PATIENCE", 0.5)
    shelf = shelf_of(opener)
    made = Survey(opener, shelf, Attendance())
    with made.standing_back(False):
        assert made._clear.is_set()
    with made.standing_back(True):
        running = asyncio.ensure_future(made.run())
        await asyncio.sleep(0.3)
        assert not any(domain.outline for domain in shelf.host.domains)
        await asyncio.sleep(0.5)
        assert any(domain.outline for domain in shelf.host.domains)
    await running
    assert all(domain.outline for domain in shelf.host.domains)
