"""What a soak must notice: each is done by hand behind the back of a book."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.plans import planner
from kvmtui.plans.wishes import Create, Revert
from tests.host.driver import Driver
from tests.lab import disk
from tests.lab.conftest import (  # noqa: F401 - fixtures are found by their names
    NewBlank,
    daemon,
    daemons,
    driver,
    new_blank,
    opener,
    say,
)
from tests.lab.domain import LabDomain
from tests.soak.book import Book, Offers
from tests.soak.deed import Deed, modal

pytestmark = pytest.mark.lab


async def judged(book: Book, driver: Driver, deed: Deed) -> list[str]:  # noqa: F811
    """What the book says after a deed."""
    ref = driver.ref("blank")
    known = await driver.fleet.fresh(ref)
    offers: Offers = {}
    for snapshot in known.forest.snapshots if known.forest else ():
        wish = Revert(ref, snapshot.name, safety=False, ram=False)
        offers[snapshot.name] = planner.make(driver.fleet.world, wish)
    return [*book.judge(deed, known), *book.judge_snapshots(known, offers)]


@pytest.fixture
async def book(driver: Driver, new_blank: NewBlank) -> Book:  # noqa: F811
    """A domain with two snapshots that are known."""
    domain = new_blank()
    ref = await driver.meet("blank")
    made = Book(domain)
    for number in (1, 2):
        made.write(number)
        await driver.carry_out(Create(ref, f"s{number}"))
        assert await judged(made, driver, Deed("s", result="done")) == []
    made.write(3)
    return made


async def test_nothing_is_wrong(book: Book, driver: Driver) -> None:  # noqa: F811
    assert await judged(book, driver, Deed("x")) == []
    await driver.carry_out(Revert(driver.ref("blank"), "s1"))
    assert await judged(book, driver, Deed("r", about="s1", result="done")) == []
    assert book.checks > 6


async def test_a_revert_that_did_nothing(book: Book, driver: Driver) -> None:  # noqa: F811
    (told,) = await judged(book, driver, Deed("r", about="s1", result="done"))
    assert told.startswith("the disks hold")


async def test_a_disk_that_changed(book: Book, driver: Driver) -> None:  # noqa: F811
    book.domain.write("vda", 99)
    (told,) = await judged(book, driver, Deed("d"))
    assert told.startswith("the disks hold")


@pytest.mark.parametrize(("result", "wrong"), [("left", 0), ("done", 1)])
async def test_what_was_left_to_itself_is_read_again(
    book: Book,
    driver: Driver,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    result: str,
    wrong: int,
) -> None:
    """Only once: a job that ends after the flush has moved what is read then."""
    monkeypatch.setattr("tests.soak.book.SETTLED", 0.0)
    whole, looks = book._read, iter(({"vda": (0,)},))
    monkeypatch.setattr(book, "_read", lambda: next(looks, None) or whole())
    assert len(await judged(book, driver, Deed("p", result=result))) == wrong


async def test_a_snapshot_that_changed(book: Book, driver: Driver) -> None:  # noqa: F811
    spoil(book.domain, 1)
    (told,) = await judged(book, driver, Deed("d"))
    assert told.startswith("“s2” holds")


async def test_a_file_that_vanished(book: Book, driver: Driver) -> None:  # noqa: F811
    layers(book.domain)[1].rename(layers(book.domain)[1].with_suffix(".away"))
    told = await judged(book, driver, Deed("d"))
    assert any(line.startswith("unreadable") for line in told)
    assert any("“s2” is lost" in line or "of “s2” is gone" in line for line in told)


async def test_a_snapshot_that_went_untold(book: Book, driver: Driver) -> None:  # noqa: F811
    book.domain.daemon.virsh("snapshot-delete", "blank", "s2", "--metadata")
    (told,) = await judged(book, driver, Deed("d", about="s1"))
    assert told == "the snapshot “s2” is gone, and nobody was told"


async def test_a_loss_that_was_told_is_none(book: Book, driver: Driver) -> None:  # noqa: F811
    book.domain.daemon.virsh("snapshot-delete", "blank", "s2", "--metadata")
    assert await judged(book, driver, Deed("d", told=frozenset({"s2"}))) == []


def layers(domain: LabDomain) -> list[Path]:
    """The images of vda, the active one first."""
    return [Path(each["filename"]) for each in disk.info(domain.sources()["vda"])]


def spoil(domain: LabDomain, number: int) -> None:
    """Writes into a layer that the active one hides it from."""
    disk.write(layers(domain)[number], 77)


SCREEN = """\
╭─ 1 domains ──────╮╭─ 3 disk chain ─────────────────╮
│ x   ╭─ Delete “s1” of vm ────────────────────────╮ │
│     │ What   ● this one                          │ │
│     │                                            │ │
│     │ Lost  the way back to “s1”                 │ │
│     │       the way back to “a                   │ │
│     │ b”: its image                              │ │
│     │ Mind  nothing about “s3”                   │ │
│     │ type the name to confirm                   │ │
│     │                       Cancel    Delete     │ │
│     ╰────────────────────────────────────────────╯ │
╰──────────────────╯╰────────────────────────────────╯"""


def test_a_modal_is_read() -> None:
    asked = modal(SCREEN)
    assert asked is not None
    assert asked.title == "Delete “s1” of vm"
    assert asked.about == "s1"
    assert asked.verb == "Delete"
    assert asked.typed
    assert asked.deletes
    assert asked.told({"s1", "a b", "s3"}) == {"s1", "a b"}
    assert modal("│ Cancel  Delete │") is None


def test_a_modal_with_wide_characters_is_read() -> None:
    wide = SCREEN.replace(
        "● this one                          │", "● 名名 one                          │"
    )
    wide = wide.replace("“s1” of vm", "“名” of vm")
    asked = modal(wide)
    assert asked is not None
    assert (asked.title, asked.about, asked.verb) == ("Delete “名” of vm", "名", "Delete")
