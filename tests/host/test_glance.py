"""Of what somebody begins to look at the names come before its turn to be read does."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from kvmtui.host.base import Lost, Refused
from kvmtui.host.glance import Glance
from kvmtui.host.seat import Seat
from kvmtui.host.virt import Connection, Opener
from kvmtui.model.snapshot import Forest
from kvmtui.model.world import Host
from tests.host.driver import driving
from tests.host.test_survey import opener, shelf_of

__all__ = ["opener"]


def names(host: Host, uuid: str) -> set[str]:
    """Of the snapshots of which no more is known."""
    domain = host.domain(uuid)
    return {e.name for e in domain.outline.entries} if domain and domain.outline else set()


async def test_names_do_not_wait_for_the_reading_that_is_under_way(
    opener: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, forest, outlines = Event(), Connection.forest, Connection.outlines

    def slow(self: Connection, uuid: str) -> Forest:
        if self._domain(uuid).name() != "d0":  # the first one, of which the first screen tells
            go_on.wait(30)
        return forest(self, uuid)

    def only_ahead(self: Connection, uuids: Collection[str], **rest: Any) -> None:
        if len(uuids) == 1:
            outlines(self, uuids, **rest)
        else:
            rest["found"].update(dict.fromkeys(uuids))  # the survey learns nothing

    monkeypatch.setattr(Connection, "forest", slow)
    monkeypatch.setattr(Connection, "outlines", only_ahead)
    try:
        async with driving(opener, tmp_path / "state") as driver:
            await driver.until(lambda host: host.facts.libvirt)
            for name in ("d7", "d38"):
                driver.fleet.select(driver.ref(name))
                await driver.until_domain(name, lambda d: d.outline)
                assert names(driver.host, driver.ref(name).uuid) == {"first", "second"}
                assert driver.domain(name).forest is None
            go_on.set()
            await driver.until_domain("d38", lambda d: d.forest and d.outline is None)
    finally:
        go_on.set()


async def test_nothing_is_asked_of_what_nobody_looks_at_any_more(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, busy, outlines = list[str](), Event(), Connection.outlines

    def noted(self: Connection, uuids: tuple[str, ...], **rest: Any) -> None:
        asked.extend(uuids)
        outlines(self, uuids, **rest)

    monkeypatch.setattr(Connection, "outlines", noted)
    shelf = shelf_of(opener)
    seat = Seat("list", opener)
    glance = Glance(seat, shelf)
    first, second, *_ = (domain.uuid for domain in shelf.host.domains)
    seat.submit(lambda _connection: busy.wait(10))
    for uuid in (first, second):
        glance.end()
        glance.begin(uuid)
        glance.begin(uuid)  # it is looked at again
        await asyncio.sleep(0)
    busy.set()
    await seat.rest()
    await asyncio.sleep(0.05)
    assert asked == [second]
    assert names(shelf.host, second) == {"first", "second"}
    glance.begin(second)
    await seat.rest()
    assert asked == [second], "it is known"
    seat.close()


@pytest.mark.parametrize("error", [Lost("gone"), Refused("no")])
async def test_only_that_the_connection_is_lost_is_told(
    opener: Opener, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(Connection, "outlines", fails)
    shelf = shelf_of(opener)
    glance = Glance(Seat("list", opener), shelf)
    glance.begin(shelf.host.domains[0].uuid)
    following = asyncio.ensure_future(glance.follow())
    done, _ = await asyncio.wait({following}, timeout=0.5 if isinstance(error, Refused) else 10)
    assert [type(each.exception()) for each in done] == [Lost] * isinstance(error, Lost)
    following.cancel()
    assert shelf.host.domains[0].outline is None


async def test_a_call_that_is_left_while_it_is_under_way_tells_that_too(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = Event(), Event()

    def fails(*_: Any, **__: Any) -> None:
        begun.set()
        go_on.wait(10)
        raise Lost("gone")

    monkeypatch.setattr(Connection, "outlines", fails)
    shelf = shelf_of(opener)
    glance = Glance(Seat("list", opener), shelf)
    following = asyncio.ensure_future(glance.follow())
    glance.begin(shelf.host.domains[0].uuid)
    assert await asyncio.to_thread(begun.wait, 10)
    await asyncio.sleep(0)  # it is followed
    glance.end()
    go_on.set()
    with pytest.raises(Lost):
        await asyncio.wait_for(following, 10)
