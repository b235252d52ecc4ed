"""What is known of frost in guests that kvmtui has frozen, and in which order domains stand."""

from __future__ import annotations

import pytest

from kvmtui.host.shelf import Shelf
from kvmtui.model.domain import Domain, State
from kvmtui.model.guest import Guest
from kvmtui.model.sorting import natural
from kvmtui.model.value import replace
from tests.worlds import ANSWERING, FROZEN, SILENT, domain, host

HELD = domain(guest=FROZEN, held=True)


@pytest.mark.parametrize(
    ("known", "guest", "held"),
    [
        (HELD, FROZEN, True),
        (HELD, SILENT, True),
        (HELD, ANSWERING, False),
        (replace(HELD, state=State.OFF), Guest(), False),
        (replace(HELD, held=False), FROZEN, False),
    ],
)
def test_a_guest_is_held_until_it_says_that_it_is_thawed(
    known: Domain, guest: Guest, held: bool
) -> None:
    shelf = Shelf(host(known), lambda _host: None)
    shelf.heard(known.uuid, guest)
    told = shelf.host.domains[0]
    assert (told.held, told.guest) == (held, replace(guest, frozen=held or guest.frozen))


def test_with_a_guest_that_is_off_its_frost_is_gone() -> None:
    shelf = Shelf(host(HELD), lambda _host: None)
    shelf.merge((Domain(HELD.uuid, HELD.name, State.PAUSED),))
    assert (shelf.host.domains[0].held, shelf.host.domains[0].guest) == (True, FROZEN)
    shelf.merge((Domain(HELD.uuid, HELD.name, State.OFF),))
    assert (shelf.host.domains[0].held, shelf.host.domains[0].guest) == (False, None)


def test_a_guest_that_is_gone_says_nothing() -> None:
    shelf = Shelf(host(HELD), lambda _host: None)
    shelf.heard("u-gone", ANSWERING)
    assert shelf.host == host(HELD)


def test_numbers_in_names_sort_as_numbers_however_long_they_are() -> None:
    names = [
        "web10",
        "web" + "9" * 5000,
        "web2",
        "web",
        "web02b",
        "Web2a",
        "10",
        "web1" + "0" * 5000,
    ]
    assert sorted(names, key=natural) == [
        "10", "web", "web2", "Web2a", "web02b", "web10", "web" + "9" * 5000, "web1" + "0" * 5000
    ]  # fmt: skip
