"""A daemon that hangs, dies and comes back while kvmtui looks at it."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from tests.lab.conftest import NewBlank
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain
from tests.terminal.conftest import Run
from tests.terminal.screen import finished, go_to, layers, names, refusal, take
from tests.terminal.terminal import Terminal

pytestmark = [pytest.mark.terminal, pytest.mark.lab]


SOON = 10.0
"""Seconds that a busy machine may take for a key. The daemon hangs longer, and libvirt would
break the connection only after 30."""


@contextmanager
def stopped(domain: LabDomain) -> Iterator[None]:
    """SIGSTOP to the QEMU of a domain for the length of the block."""
    pid = int((domain.daemon.folder / "run" / "qemu" / f"{domain.name}.pid").read_text())
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.fixture
def domain(new_blank: NewBlank) -> LabDomain:
    """A running domain."""
    made = new_blank()
    made.start()
    return made


@pytest.fixture
def screen(kvmtui: Run, daemon: Daemon, domain: LabDomain) -> Iterator[Terminal]:
    """kvmtui on that domain; the daemon runs again afterwards."""
    terminal = kvmtui("-c", daemon.uri)
    terminal.until(lambda text: "● blank" in text and layers(text) == 1)
    yield terminal
    daemon.start()


@pytest.mark.parametrize(
    "keys", ["q", ("f5", "q"), ("s", "ctrl+q"), ("s", "enter", "ctrl+q")], ids=" ".join
)
def test_a_hanging_daemon_holds_up_neither_keys_nor_quitting(
    keys: Sequence[str], screen: Terminal, daemon: Daemon
) -> None:
    with daemon.wedged():
        screen.press(*keys)
        assert screen.ends(SOON) == 0
    assert screen.restored()


def test_what_a_hanging_daemon_was_asked_is_shown_when_it_goes_on(
    screen: Terminal, daemon: Daemon
) -> None:
    with daemon.wedged():
        screen.press("s")
        screen.until("Take a snapshot of blank ─", SOON)
        screen.press("escape")
        screen.until(lambda text: "Cancel" not in text, SOON)
        screen.press("?")
        screen.until("Escape closes", SOON)
        screen.press("escape")
        screen.until(lambda text: "Escape closes" not in text, SOON)
        screen.press("o")
        screen.until("Power of blank ─", SOON)
        screen.press("down", "enter")
        screen.until(lambda text: "Cancel" not in text, SOON)
        screen.press("s")
        screen.until("Take a snapshot of blank ─", SOON)
        screen.press("escape")
        assert "● blank " in screen.text()
    finished(screen, "Pause blank")
    screen.until("‖ blank ")


def test_a_hanging_daemon_is_told_with_the_time_that_it_owes_an_answer(
    screen: Terminal, daemon: Daemon
) -> None:
    with daemon.wedged():
        told = re.compile(r"no answer for \d+ s.*this is its last known state", re.DOTALL)
        text = screen.until(lambda text: told.search(text), 12)
        assert "● blank " in text
    screen.until(lambda text: "no answer" not in text)


def test_a_qemu_that_hangs_is_marked_and_the_other_domains_go_on(
    screen: Terminal, daemon: Daemon, domain: LabDomain, new_blank: NewBlank
) -> None:
    other = new_blank("other")
    other.start()
    screen.until("● other ")
    with stopped(domain):
        screen.press("s")
        screen.until("Take a snapshot of blank ─")
        screen.press("s1", "enter")
        screen.until("blank: QEMU does not answer")
        screen.until(lambda text: re.search(r"● blank .* silent", text))
        screen.until(lambda text: re.search(r"no answer from QEMU for \d+ s", text))
        refusal(screen, "s", "QEMU does not answer; o can force it off")
        go_to(screen, "other")
        take(screen, "other", "s1")
        assert names(other) == ["s1"]
        screen.press("q")
        assert screen.ends(SOON) == 0
    assert screen.restored()


def test_a_lost_daemon_leaves_the_last_state_and_is_found_again(
    screen: Terminal, daemon: Daemon
) -> None:
    daemon.kill()
    text = screen.until(lambda text: re.search(r"lost \d+ s ago", text), 5)
    assert layers(text) == 1
    assert "● blank " in text
    refusal(screen, "s", "is not connected")
    daemon.start()
    screen.until(lambda text: "lost" not in text and "● blank " in text)


def test_f5_finds_a_daemon_sooner(screen: Terminal, daemon: Daemon) -> None:
    daemon.kill()
    screen.until("lost")
    time.sleep(7.5)  # tried again after 1, 3 and 7 seconds: the next time would be after 15
    daemon.start()
    screen.press("f5")
    screen.until(lambda text: "lost" not in text, 3)
