"""A terminal that takes nothing: kvmtui works on, ends when told to, and draws it all later."""

from __future__ import annotations

import signal
import time

import pytest

from tests.terminal.conftest import Run
from tests.terminal.terminal import Terminal

pytestmark = pytest.mark.terminal

FRAMES = 60
"""Far more, at the size below, than a terminal keeps for who reads late."""

SIZE = (250, 90)


@pytest.fixture
def unread(kvmtui: Run) -> Terminal:
    """kvmtui after more was drawn than a terminal keeps."""
    terminal = kvmtui("-c", "test:///default")
    terminal.until("quiesce")
    terminal.listens = False
    columns, rows = SIZE
    for by in range(FRAMES, -1, -1):
        terminal.resize(columns + by % 2, rows)
        time.sleep(0.03)
    return terminal


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it(number: signal.Signals, unread: Terminal) -> None:
    unread.process.send_signal(number)
    assert unread.ends(8) == 128 + number


def test_a_pulled_plug_ends_it(unread: Terminal) -> None:
    unread.close()
    assert unread.ends(8) == 128 + signal.SIGHUP


def test_a_key_ends_it(unread: Terminal) -> None:
    unread.press("q")
    assert unread.ends(8) == 0


def test_keys_are_obeyed_and_everything_is_drawn_once_it_is_read(unread: Terminal) -> None:
    unread.press("o", "down")
    unread.listens = True
    unread.until("● pause")
    unread.still()
    late = unread.text()
    columns, rows = SIZE
    unread.resize(columns + 9, rows)
    unread.still()
    unread.resize(columns, rows)
    unread.still()
    unread.until(lambda text: text == late)
    unread.press("escape", "q")
    assert unread.ends(5) == 0
    assert unread.restored()
