"""What is marked twice is read once, the selected domain first; equal values are silent."""

from __future__ import annotations

import asyncio

import pytest

from kvmtui.host.shelf import Shelf
from kvmtui.host.stale import Part, Stale
from kvmtui.model.domain import Domain, State
from kvmtui.model.sorting import natural
from kvmtui.model.world import Host, Link
from tests.worlds import chained, domain, host


async def test_marks_of_one_domain_are_taken_together_and_once() -> None:
    stale = Stale()
    stale.mark("a", Part.CONFIG)
    stale.mark("b", Part.JOBS)
    stale.mark("a", Part.SNAPSHOTS)
    assert await stale.take() == ("a", Part.DISKS)
    assert await stale.take() == ("b", Part.JOBS)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(stale.take(), 0.05)


async def test_what_was_overtaken_is_not_read() -> None:
    stale = Stale()
    stale.mark("a", Part.CONFIG | Part.GROWTH)
    stale.mark("b", Part.GROWTH)
    assert stale.unmark("a", Part.GROWTH | Part.JOBS) is Part.GROWTH
    assert stale.unmark("b", Part.GROWTH) is Part.GROWTH
    assert stale.unmark("c", Part.GROWTH) is Part.NOTHING
    assert await stale.take() == ("a", Part.CONFIG)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(stale.take(), 0.05)


async def test_the_selected_domain_goes_first() -> None:
    stale = Stale()
    for uuid in "abc":
        stale.mark(uuid, Part.JOBS)
    stale.first = "c"
    assert [(await stale.take())[0] for _ in range(3)] == ["c", "a", "b"]


async def test_a_waiting_taker_wakes_up_and_forgotten_or_cleared_marks_are_not_taken() -> None:
    stale = Stale()
    waiting = asyncio.ensure_future(stale.take())
    await asyncio.sleep(0)
    stale.mark("a", Part.GUEST)
    assert await asyncio.wait_for(waiting, 1) == ("a", Part.GUEST)
    stale.mark("a", Part.JOBS)
    stale.forget("a")
    stale.mark("b", Part.JOBS)
    stale.clear()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(stale.take(), 0.05)


@pytest.fixture
def published() -> list[Host]:
    return []


@pytest.fixture
def shelf(published: list[Host]) -> Shelf:
    return Shelf(host(domain("web10"), domain("web2")), published.append)


def test_an_equal_value_is_not_published_again(shelf: Shelf, published: list[Host]) -> None:
    web = shelf.host.domains[0]
    shelf.put(host(domain("web10"), domain("web2")))
    shelf.change(web.uuid, config=domain("web10").config, busy="", jobs=())
    shelf.link(Link.OPEN)
    shelf.change("nobody", busy="x")
    shelf.merge(shelf.host.domains[::-1])
    assert [[d.name for d in host.domains] for host in published] == [["web2", "web10"]]
    published.clear()
    shelf.merge(shelf.host.domains[::-1])
    assert published == []
    shelf.change(web.uuid, busy="take snapshot")
    shelf.change(web.uuid, busy="take snapshot")
    assert len(published) == 1


def test_a_link_keeps_its_time_while_it_stands_the_same(shelf: Shelf) -> None:
    shelf.link(Link.LOST, "first")
    since = shelf.host.since
    shelf.link(Link.LOST, "second")
    assert (shelf.host.since, shelf.host.trouble) == (since, "second")
    shelf.link(Link.OPEN)
    assert shelf.host.since >= since > 0
    assert shelf.host.trouble == ""


def test_a_new_list_keeps_what_was_read_and_tells_what_changed(shelf: Shelf) -> None:
    known = chained(2, "web2")
    shelf.change("u-web2", config=known.config, forest=known.forest)
    rows = (
        Domain("u-web2", "renamed", State.PAUSED, "I/O error"),
        Domain("u-web10", "web10", State.RUNNING),
        Domain("u-new", "alpha", State.OFF),
    )
    assert set(shelf.merge(rows)) == {"u-web2", "u-new"}
    assert [d.name for d in shelf.host.domains] == ["alpha", "renamed", "web10"]
    renamed = shelf.host.domain("u-web2")
    assert renamed is not None
    assert (renamed.state, renamed.reason, renamed.config) == (
        State.PAUSED,
        "I/O error",
        known.config,
    )
    shelf.merge(rows[:1])
    assert [d.name for d in shelf.host.domains] == ["renamed"]


@pytest.mark.parametrize(
    "names",
    [
        ["web1", "web2", "web10", "Web11", "web100"],
        ["10", "9a", "a9", "a10", "a10b"],
        ["vm", "vm-1", "vm-02", "vm-3"],
        ["", "1", "²", "数2", "数10"],
    ],
)
def test_numbers_within_names_count_as_numbers(names: list[str]) -> None:
    wanted = sorted(names, key=natural)
    assert sorted(reversed(wanted), key=natural) == wanted
    if names[0].startswith(("web", "vm")):
        assert wanted == names


def test_a_domain_of_which_the_list_tells_nothing_new_stays_the_very_same_value() -> None:
    web, mail = chained(2), domain("mail")
    shelf = Shelf(host(mail, web), lambda _: None)
    rows = (Domain(web.uuid, "web", web.state), Domain(mail.uuid, "post", mail.state))
    assert shelf.merge(rows) == ()
    assert shelf.host.domain(web.uuid) is web
    renamed = shelf.host.domain(mail.uuid)
    assert renamed is not None
    assert renamed.name == "post"
    assert renamed.config is mail.config
