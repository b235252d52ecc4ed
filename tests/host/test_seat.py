"""A seat opens its connection when it is first needed, and anew after it was lost."""

from __future__ import annotations

import asyncio
from pathlib import Path
from threading import get_ident
from typing import Any, cast

import pytest

from kvmtui.host.base import Gone, HostError, Lost, Refused
from kvmtui.host.seat import Seat
from kvmtui.host.virt import Connection, Opener

NODE = "<node><domain type='test'><name>d</name><memory>1024</memory><os><type>hvm</type></os></domain></node>"  # noqa: E501


class Line:
    """Stands for a connection: counts, raises what it is told, and knows who has touched it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.closed = False
        self.threads = {get_ident()}
        self.lives = True

    def which(self) -> int:
        self.threads.add(get_ident())
        return self.number

    def fail(self, error: HostError) -> None:
        self.threads.add(get_ident())
        raise error

    def close(self) -> None:
        self.threads.add(get_ident())
        self.closed = True


class Counter:
    """An opener that keeps what it opened; the first ``refusals`` openings fail."""

    def __init__(self, refusals: int = 0) -> None:
        self.opened: list[Line] = []
        self.refusals = refusals

    def open(self) -> Line:
        if self.refusals:
            self.refusals -= 1
            raise Lost("nobody listens")
        self.opened.append(Line(len(self.opened)))
        return self.opened[-1]


WHICH, FAIL = cast(Any, Line.which), cast(Any, Line.fail)


def seat_of(counter: Counter) -> Seat:
    return Seat("test", cast(Opener, counter))


async def test_nothing_is_opened_before_the_first_call_and_one_serves_all() -> None:
    counter = Counter()
    seat = seat_of(counter)
    await asyncio.sleep(0.05)
    assert counter.opened == []
    assert [await seat.call(WHICH) for _ in range(3)] == [0, 0, 0]
    seat.close()


async def test_after_lost_the_next_call_has_a_new_connection() -> None:
    counter = Counter()
    seat = seat_of(counter)
    with pytest.raises(Lost, match="gone away"):
        await seat.call(FAIL, Lost("gone away"))
    assert counter.opened[0].closed
    assert await seat.call(WHICH) == 1
    assert not counter.opened[1].closed
    seat.close()


async def test_a_connection_is_opened_used_and_closed_by_one_thread_that_has_no_other() -> None:
    """Where two share one, libvirt clients before 10.0 wake the wrong one, or none."""
    counter = Counter()
    seats = [seat_of(counter), seat_of(counter)]
    await asyncio.gather(*(seat.call(WHICH) for seat in seats for _ in range(5)))
    first, second = (line.threads for line in counter.opened)
    for seat in seats:
        seat.reset()
        await seat.call(WHICH)
        seat.close()
    assert [line.closed for line in counter.opened[:2]] == [True, True]
    assert len(first) == len(second) == 1
    assert first.isdisjoint({*second, get_ident()})


async def test_a_connection_that_is_known_to_be_dead_is_not_used_for_a_call() -> None:
    """Or nobody would know whether it was made."""
    counter = Counter()
    seat = seat_of(counter)
    assert await seat.call(WHICH) == 0
    counter.opened[0].lives = False
    assert await seat.call(WHICH) == 1
    assert counter.opened[0].closed
    seat.close()


@pytest.mark.parametrize("error", [Refused("no"), Gone("no")], ids=["refused", "gone"])
async def test_other_errors_keep_the_connection(error: HostError) -> None:
    counter = Counter()
    seat = seat_of(counter)
    with pytest.raises(type(error)):
        await seat.call(FAIL, error)
    assert await seat.call(WHICH) == 0
    seat.close()


async def test_a_refused_opening_is_raised_and_tried_again_by_the_next_call() -> None:
    seat = seat_of(Counter(refusals=2))
    for _ in range(2):
        with pytest.raises(Lost, match="nobody listens"):
            await seat.call(WHICH)
    assert await seat.call(WHICH) == 0
    seat.close()


async def test_reset_and_close_drop_the_connection_after_what_is_queued() -> None:
    counter = Counter()
    seat = seat_of(counter)
    first = seat.submit(WHICH)
    seat.reset()
    second = seat.submit(WHICH)
    seat.close()
    last = seat.submit(WHICH)
    assert await asyncio.wrap_future(first) == 0
    assert await asyncio.wrap_future(second) == 1
    await asyncio.sleep(0.05)
    assert [line.closed for line in counter.opened] == [True, True]
    assert not last.done()


async def test_a_real_connection_that_was_closed_beneath_it_is_opened_again(tmp_path: Path) -> None:
    node = tmp_path / "node.xml"
    node.write_text(NODE)
    seat = Seat("real", Opener(f"test://{node}"))
    assert [domain.name for domain in await seat.call(Connection.domains)] == ["d"]
    seat.reset()
    assert [domain.name for domain in await seat.call(Connection.domains)] == ["d"]
    seat.close()
