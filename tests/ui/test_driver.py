"""Keys are waited for without looking every now and then, and an escape is one soon."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import Any

import pytest
from textual import constants
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key, MouseDown, MouseMove
from textual.message import Message

from kvmtui.ui.driver import Driver, Ending


class Reading(Driver):
    """Reads from a pipe in place of a terminal."""

    def __init__(self, fileno: int) -> None:
        self.fileno, self._debug = fileno, False
        self.exit_event = self._ending = Ending()
        self.told: list[Message] = []
        self._mouse, self.written = True, ""
        self.thread = Thread(target=self.run_input_thread, daemon=True)

    def process_message(self, message: Message) -> None:
        self.told.append(message)

    def write(self, data: str) -> None:
        self.written += data

    def flush(self) -> None: ...


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """How long was waited for, wait by wait; None for any time."""
    waits: list[float | None] = []

    class Poll:
        def __init__(self) -> None:
            self._poll = before()

        def register(self, *what: Any) -> None:
            self._poll.register(*what)

        def poll(self, patience: float | None = None) -> list[tuple[int, int]]:
            waits.append(patience)
            return self._poll.poll(patience)

    before: Callable[[], select.poll] = select.poll
    monkeypatch.setattr(select, "poll", Poll)
    return waits


@pytest.fixture
def line(waits: list[float | None]) -> Iterator[tuple[Reading, int]]:
    """A driver that reads, and the other end of what it reads from."""
    reads, writes = os.pipe()
    reading = Reading(reads)
    reading.thread.start()
    yield reading, writes
    reading.exit_event.set()
    reading.thread.join(5)
    assert not reading.thread.is_alive()
    os.close(reads)


def _until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_an_escape_is_waited_for_and_nothing_else(
    line: tuple[Reading, int], waits: list[float | None]
) -> None:
    reading, writes = line
    os.write(writes, b"a")
    _until(lambda: len(reading.told) == 1)
    time.sleep(0.3)
    assert set(waits) == {None}
    os.write(writes, b"\x1b")
    _until(lambda: len(reading.told) == 2)
    keys = [told.key for told in reading.told if isinstance(told, Key)]
    assert keys == ["a", "escape"]
    time.sleep(0.3)
    limit = constants.ESCAPE_DELAY * 1000
    assert all(wait is None or 0 <= wait <= limit for wait in waits)
    assert len(waits) < 9


def test_the_end_is_not_waited_for(line: tuple[Reading, int], waits: list[float | None]) -> None:
    reading, _ = line
    _until(lambda: waits)
    reading.exit_event.set()
    reading.thread.join(5)
    assert set(waits) == {None}
    assert not reading.thread.is_alive()
    reading.exit_event.clear()
    again = Thread(target=reading.run_input_thread, daemon=True)  # as after a suspend
    again.start()
    again.join(0.2)
    assert again.is_alive()
    reading.exit_event.set()
    again.join(5)
    assert not again.is_alive()


def test_a_terminal_that_is_gone_is_told_once(
    line: tuple[Reading, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writes = line
    signals: list[int] = []
    told = Event()

    def kill(_process: int, number: int) -> None:
        signals.append(number)
        told.set()

    monkeypatch.setattr(os, "kill", kill)
    os.close(writes)
    assert told.wait(5)
    reading.thread.join(5)
    assert signals == [signal.SIGHUP]


def test_mere_motion_is_passed_on_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[Message] = []
    monkeypatch.setattr(
        LinuxDriver,
        "process_message",
        lambda _self, message: passed.append(message),
    )
    for kind, button in ((MouseMove, 0), (MouseMove, 1), (MouseDown, 1)):
        event = kind(None, 1, 1, 0, 0, button, False, False, False)
        Driver.process_message(Reading(0), event)
    assert [type(message) for message in passed] == [MouseMove, MouseDown]


def test_the_mouse_is_switched_off_as_it_was_switched_on() -> None:
    reading = Reading(0)
    reading._enable_mouse_support()
    on = {mode for mode in reading.written.split("\x1b[?") if mode}
    reading.written = ""
    reading._disable_mouse_support()
    off = {mode for mode in reading.written.split("\x1b[?") if mode}
    assert on == {"1000h", "1002h", "1015h", "1006h"}
    assert off >= {mode.replace("h", "l") for mode in on}
