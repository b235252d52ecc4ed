"""One reading after another, except that nobody waits long for one that hangs."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from kvmtui.host import following, patience, turns
from kvmtui.host.following import follow
from kvmtui.host.stale import Part, Stale
from kvmtui.host.turns import MOST, Turns
from tests.host.hanging import HANG, Lines
from tests.lab.patience import eventually

SHORT = 0.15
"""Seconds after which an answer is late here."""


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (following, patience, turns):
        monkeypatch.setattr(module, "PATIENCE", SHORT)


@pytest.fixture
def lines() -> Iterator[Lines]:
    made = Lines()
    yield made
    made.go_on()


async def read(taken: Turns, what: str) -> str:
    async with taken.turn() as seat:
        return str(await seat.call(HANG, what))


async def test_readings_take_turns_on_one_connection(lines: Lines) -> None:
    taken = Turns("t", lines.opener)
    names = [f"d{n}" for n in range(6)]
    assert await asyncio.gather(*(read(taken, name) for name in names)) == names
    assert lines.calls == names
    assert lines.open_now == 1


async def test_nobody_waits_longer_for_one_that_hangs_than_until_it_is_late(lines: Lines) -> None:
    taken = Turns("t", lines.opener)
    lines.stop("hung")
    hung = asyncio.ensure_future(read(taken, "hung"))
    await asyncio.sleep(0)
    begun = time.monotonic()
    assert [await read(taken, name) for name in ("a", "b", "c")] == ["a", "b", "c"]
    assert SHORT * 0.8 < time.monotonic() - begun < SHORT * 5
    assert lines.open_now == 2
    lines.go_on()
    assert await hung == "hung"
    await read(taken, "d")
    await asyncio.to_thread(eventually, lambda: lines.open_now == 1, "one is needed no more")


async def test_only_so_many_hang_and_the_rest_waits_for_one_of_them(lines: Lines) -> None:
    before = threading.active_count()
    taken = Turns("t", lines.opener)
    names = [f"hung{n}" for n in range(MOST + 2)]
    lines.stop(*names)
    readings = [asyncio.ensure_future(read(taken, name)) for name in names]
    await asyncio.sleep(SHORT * (MOST + 3))
    assert len(lines.calls) == lines.open_now == MOST
    assert threading.active_count() == before + MOST
    assert taken.scarce
    lines.go_on()
    assert await asyncio.gather(*readings) == names


async def test_a_seat_is_not_free_while_its_thread_hangs_though_nobody_waits(lines: Lines) -> None:
    taken = Turns("t", lines.opener)
    lines.stop("hung")
    given_up = asyncio.ensure_future(read(taken, "hung"))
    await asyncio.sleep(SHORT / 3)
    given_up.cancel()
    assert await asyncio.wait_for(read(taken, "a"), 5) == "a"
    assert lines.open_now == 2
    lines.go_on()
    for name in ("b", "c"):
        assert await read(taken, name) == name


async def test_the_last_seat_is_not_to_be_hung_on(lines: Lines) -> None:
    taken = Turns("t", lines.opener)
    names = [f"hung{n}" for n in range(MOST - 1)]
    lines.stop(*names)
    readings = [asyncio.ensure_future(read(taken, name)) for name in names]
    found = [taken.scarce]
    await asyncio.sleep(SHORT * (MOST + 1))
    found.append(taken.scarce)
    assert await asyncio.wait_for(read(taken, "a"), 5) == "a"
    lines.go_on()
    await asyncio.gather(*readings)
    assert [*found, taken.scarce] == [False, True, False]


async def test_others_are_read_while_one_is_late_and_that_one_is_not_asked_twice() -> None:
    stale, gate, seen = Stale(), asyncio.Event(), list[str]()

    async def reading(uuid: str, parts: Part) -> None:
        seen.append(uuid)
        if uuid == "hung":
            await gate.wait()

    following = asyncio.ensure_future(follow(stale, reading))
    stale.first = "hung"
    for uuid in ("hung", "a", "b"):
        stale.mark(uuid, Part.JOBS)
    await asyncio.sleep(SHORT * 2)
    for _ in range(5):  # as F5 does
        stale.mark("hung", Part.DISKS)
        stale.mark("a", Part.DISKS)
        await asyncio.sleep(0.01)
    assert seen[:3] == ["hung", "a", "b"]
    assert seen.count("hung") == 1
    assert seen.count("a") > 1
    gate.set()
    await asyncio.sleep(0.05)
    assert seen.count("hung") == 2, "what was marked meanwhile is read"
    following.cancel()


async def test_what_a_reading_raises_ends_the_following_unless_it_was_late() -> None:
    stale, gate = Stale(), asyncio.Event()

    async def reading(uuid: str, parts: Part) -> None:
        if uuid == "late":
            await gate.wait()
        raise ValueError(uuid)

    following = asyncio.ensure_future(follow(stale, reading))
    stale.mark("late", Part.JOBS)
    await asyncio.sleep(SHORT * 1.5)
    gate.set()
    await asyncio.sleep(0.02)
    assert not following.done()
    stale.mark("soon", Part.JOBS)
    with pytest.raises(ValueError, match="soon"):
        await following
