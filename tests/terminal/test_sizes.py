"""A terminal that is pulled at: many sizes in a moment, and the screen is whole for the last."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal import hesitant
from tests.terminal.conftest import running, surroundings
from tests.terminal.terminal import PATIENCE, Terminal

pytestmark = pytest.mark.terminal

OPENED = {
    "": "4 guest agent",
    "o": "Power of test",
    "v": "<domain type",
    "?": "Escape closes",
}
"""Keys, and what the screen that they open says."""

SIZES = [(80, 24), (81, 24), (20, 5), (1, 1), (150, 32), (149, 31), (250, 90)]

ROUNDS = 6
"""Storms of each kind."""


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """kvmtui on libvirt's test driver."""
    with running(tmp_path_factory.mktemp("state"), "-c", "test:///default") as terminal:
        terminal.until("quiesce")
        yield terminal


@pytest.fixture(params=OPENED)
def opened(request: pytest.FixtureRequest, screen: Terminal) -> Iterator[Terminal]:
    """The same with a modal or a page, or without."""
    screen.resize(80, 24)
    screen.until("quiesce")
    screen.press(*request.param)
    screen.until(OPENED[request.param])
    yield screen
    screen.resize(80, 24)
    screen.press("escape")
    screen.until(lambda text: "guest agent" in text and "Escape" not in text)


def _drawn(screen: Terminal, size: tuple[int, int]) -> str:
    """The screen drawn afresh for a size, twice the same."""
    columns, rows = size
    last, end = "", time.monotonic() + PATIENCE
    while True:
        screen.resize(columns + 1, rows + 1)
        screen.still()
        screen.resize(columns, rows)
        screen.still()
        text = screen.text()
        if text == last:
            return text
        assert time.monotonic() < end, f"it does not come to rest:\n{text}"
        last = text


@pytest.mark.parametrize("size", [(80, 24), (160, 45), (20, 5), (1, 1)])
def test_after_a_storm_the_screen_is_whole(size: tuple[int, int], opened: Terminal) -> None:
    chance = random.Random(str(size))
    whole = _drawn(opened, size)
    for pause in (0.0, 0.0005, 0.02) * (ROUNDS // 3):
        for _ in range(20):
            opened.resize(*chance.choice(SIZES))
            time.sleep(pause * chance.random())
        opened.resize(*size)
        opened.still()
        opened.until(lambda text: text == whole)


def test_the_older_of_two_sizes_is_not_told_last(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", hesitant.__name__, "-c", "test:///default"]
    terminal = Terminal(argv, surroundings(tmp_path))
    try:
        terminal.until("quiesce")
        whole = _drawn(terminal, (80, 24))
        for size in ((60, 20), (20, 5), (80, 24)):
            terminal.resize(*size)
            time.sleep(hesitant.LOOK / 4)
        terminal.still()
        terminal.until(lambda text: text == whole, 10)
    finally:
        terminal.forget()
