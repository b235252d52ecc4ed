"""A terminal that is gone, stopped or odd, and bytes that nobody types."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.conftest import Run, running
from tests.terminal.terminal import PATIENCE, Terminal

pytestmark = pytest.mark.terminal

URI = "test:///default"


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """kvmtui on libvirt's test driver."""
    with running(tmp_path_factory.mktemp("state"), "-c", URI) as terminal:
        terminal.until("quiesce")
        yield terminal


@pytest.fixture(autouse=True)
def obeys(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test has done: a key opens a page, another closes it, and it rests then."""
    yield
    if "screen" not in request.fixturenames:
        return
    screen: Terminal = request.getfixturevalue("screen")
    screen.press("escape")
    screen.still()
    _open(screen)
    screen.press("escape")
    screen.until("4 guest agent")
    screen.still()
    before = _used(screen)
    time.sleep(0.5)
    assert _used(screen) - before < 0.2


def _open(screen: Terminal) -> None:
    """Opens a page, out of a modal; keys that come while a flood is dropped are dropped with it."""
    for last in (False,) * 9 + (True,):
        screen.press("escape", "J")
        try:
            screen.until("Nothing was done yet", 3)
        except AssertionError:
            if last:
                raise
        else:
            return


def _used(screen: Terminal) -> float:
    """Seconds of processor time."""
    fields = _stat(screen)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _stopped(screen: Terminal) -> None:
    """Waits until the process stands still: what goes on before, a shell does not see, either."""
    end = time.monotonic() + PATIENCE
    while _stat(screen)[0] != "T":
        assert time.monotonic() < end, "it does not stop"
        time.sleep(0.01)


def _stat(screen: Terminal) -> list[str]:
    """What the kernel says of the process, from its state on: “T” is stopped."""
    return Path(f"/proc/{screen.process.pid}/stat").read_text().rpartition(")")[2].split()


def test_bytes_that_are_no_text_and_no_keys(screen: Terminal) -> None:
    chance = random.Random(4)
    odd = bytes(chance.randrange(128, 256) for _ in range(3000))
    for data in (b"\xe9", b"j\xe9\xf1k", odd, b"\x1b[:u", b"\x1b[" + b"9" * 40 + b"u", b"\x1b[<1M"):
        screen.send(data)
        screen.still()
    screen.send(b"\x1b[<0;;M\x1b[<9;9;9" * 50 + b"\x1b]52;c;" + b"x" * 3000 + b"\x07")


def test_a_paste_of_megabytes_is_no_keys(screen: Terminal) -> None:
    screen.send(b"\x1b[200~" + b"dq\r\tjo\x9b" * 2**18 + b"\x1b[201~")
    screen.still()
    assert "Cancel" not in screen.text()


def test_nothing_after_an_escape_in_a_paste_is_a_key(screen: Terminal) -> None:
    screen.paste(b"x\x1bo\x1bJ\x1b[B\x1b?")
    screen.still()
    text = screen.text()
    assert "Power of" not in text
    assert "Escape closes" not in text


FLOODS = {
    "force off": b"o" + b"\x1b[B" * 3 + b"\x1b[C\r",
    "shut down": b"o\r\r",
    "any text": bytes(random.Random(7).choices(b"abcdefghijklmnoprstuvwxyz123 \r\t", k=500)),
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_of_keys_does_nothing_to_a_domain(flood: str, screen: Terminal) -> None:
    """A paste that the terminal does not mark; what was done would stand in the journal."""
    before = screen.text()
    screen.send(FLOODS[flood] * (2**14 // len(FLOODS[flood])))
    end = time.monotonic() + PATIENCE
    while screen.text() != before:
        assert time.monotonic() < end, screen.text()
        screen.still()
        screen.press("escape", "1")  # out of a modal or page that keys before the flood opened


def test_it_stops_and_goes_on(screen: Terminal) -> None:
    screen.process.send_signal(signal.SIGTSTP)
    screen.until(lambda _text: screen.restored())
    _stopped(screen)
    screen.process.send_signal(signal.SIGCONT)
    screen.until(lambda text: "1049" in screen.display.modes and "4 guest agent" in text)


@pytest.mark.parametrize("keys", ["", "o"])
def test_a_pulled_plug_ends_it(keys: str, kvmtui: Run) -> None:
    terminal = kvmtui("-c", URI)
    terminal.until("quiesce")
    terminal.press(*keys)
    terminal.close()
    assert terminal.ends(5) == 128 + signal.SIGHUP


def test_where_no_screen_can_be_shown_it_says_so(kvmtui: Run) -> None:
    terminal = kvmtui("-c", URI, TERM="dumb")
    assert terminal.ends(5) == 2
    assert bytes(terminal.display.raw) == (
        b"kvmtui: this terminal can show no screen (TERM=dumb); for plain text run: kvmtui show\r\n"
    )


@pytest.mark.parametrize("name", ["", "linux", "nosuch"])
def test_any_other_terminal_shows_it(name: str, kvmtui: Run) -> None:
    terminal = kvmtui("-c", URI, TERM=name, NO_COLOR="1")
    terminal.until("quiesce")
    terminal.press("q")
    assert terminal.ends(5) == 0
    assert terminal.restored()
