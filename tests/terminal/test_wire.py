"""What goes over the line, byte by byte: it must be little, whatever the machine's speed."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.terminal import made
from tests.terminal.cells import differing
from tests.terminal.conftest import surroundings
from tests.terminal.terminal import Terminal

pytestmark = pytest.mark.terminal

COLOURS: dict[str, dict[str, str]] = {"256 colours": {}, "all colours": {"COLORTERM": "truecolor"}}
"""ssh does not tell the other side of more than 256."""

FRAME = b"\x1b[?2026h"

MOTION = b"\x1b[<35;20;9M"


@contextmanager
def running(
    folder: Path,
    more: dict[str, str],
    *,
    jobs: int = 0,
    size: tuple[int, int] = (80, 24),
) -> Iterator[Terminal]:
    """kvmtui over made hosts, when it has come to rest."""
    argv = [sys.executable, "-m", made.__name__, str(folder), "20", str(jobs), "20"]
    columns, rows = size
    terminal = Terminal(argv, surroundings(folder, **more), columns=columns, rows=rows)
    try:
        terminal.until(lambda text: "guest-0000" in text and "quiesce would" in text)
        if not jobs:
            terminal.still()
        yield terminal
    finally:
        terminal.forget()


def _sent(terminal: Terminal, act: Callable[[], object]) -> bytes:
    """All that is sent until the screen has come to rest."""
    before = len(terminal.display.raw)
    act()
    terminal.still()
    return bytes(terminal.display.raw[before:])


def _pressed(terminal: Terminal, *keys: str) -> list[int]:
    """Bytes of every key."""
    return [len(_sent(terminal, lambda key=key: terminal.press(key))) for key in keys]  # type: ignore[misc]


@pytest.mark.parametrize("colours", COLOURS)
@pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=str)
def test_the_first_screen(size: tuple[int, int], colours: str, tmp_path: Path) -> None:
    with running(tmp_path, COLOURS[colours], size=size) as terminal:
        raw = bytes(terminal.display.raw)
    assert len(raw) < 7 * size[0] * size[1]
    assert raw.count(FRAME) <= 4


@pytest.mark.parametrize("colours", COLOURS)
def test_keys(colours: str, tmp_path: Path) -> None:
    most = 1 if COLOURS[colours] else 0.7
    with running(tmp_path, COLOURS[colours]) as terminal:
        assert max(_pressed(terminal, *["j"] * 6)) < 1400 * most
        assert max(_pressed(terminal, *["tab"] * 4)) < 2000 * most
        assert max(_pressed(terminal, *"2341")) < 2000 * most
        assert max(_pressed(terminal, "2", "k", "k", "j", "j")[1:]) < 550 * most
        assert _pressed(terminal, "2", "2") == [0, 0]


@pytest.mark.parametrize(("key", "shown"), [("1", "1 domains"), (":", "type to find")])
def test_nothing_is_sent_while_nothing_changes(key: str, shown: str, tmp_path: Path) -> None:
    with running(tmp_path, {}) as terminal:
        terminal.press(key)
        terminal.until(shown)
        terminal.still()
        assert _sent(terminal, lambda: time.sleep(5)) == b""


def test_mere_motion_is_not_asked_for_and_shows_nothing(tmp_path: Path) -> None:
    with running(tmp_path, {}) as terminal:
        assert "1003" not in terminal.display.modes
        assert terminal.display.modes >= {"1000", "1002", "1006"}
        assert _sent(terminal, lambda: terminal.send(MOTION * 20)) == b""
        terminal.send(b"\x1b[<0;5;6M\x1b[<0;5;6m")
        terminal.until("2 snapshots · guest-0003")


@pytest.mark.parametrize(("jobs", "most"), [(1, 250), (4, 2000)])
def test_progress(jobs: int, most: int, tmp_path: Path) -> None:
    """Figures that change 20 times a second are told 4 times."""
    with running(tmp_path, COLOURS["all colours"], jobs=jobs) as terminal:
        terminal.until(lambda text: text.count("active commit") == jobs)
        time.sleep(1)
        before, begun, seen = len(terminal.display.raw), time.monotonic(), set[str]()
        while time.monotonic() < begun + 5:
            seen.add("".join(re.findall(r"active commit.*", terminal.text())))
            time.sleep(0.02)
        spent = time.monotonic() - begun
        sent = len(terminal.display.raw) - before
    assert 2 * spent < len(seen) <= 4 * spent + 2
    assert sent < (most * len(seen) if jobs == 1 else most * spent)


KEYS = [
    *("j", "G", "2", "space", "k", "escape", "tab", "down", "s", "x", "宽", "tab", "escape"),
    *("?", "down", "escape", "J", "escape", ":", "ma", "down", "escape", "o", "down", "escape"),
    *("r", "f5", "1", "g"),
]


@pytest.mark.parametrize("colours", COLOURS)
def test_it_looks_as_textual_draws_it(colours: str, tmp_path: Path) -> None:
    with (
        running(tmp_path / "a", COLOURS[colours]) as spared,
        running(tmp_path / "b", {"KVMTUI_FRAMES": "stock", **COLOURS[colours]}) as stock,
    ):
        for key in KEYS:
            spared.press(key)
            stock.press(key)
            spared.still()
            stock.still()
            assert differing(spared.display.screen, stock.display.screen) == [], key
        for terminal in (spared, stock):
            terminal.resize(100, 30)
            terminal.still()
            terminal.resize(80, 24)
            terminal.still()
        assert differing(spared.display.screen, stock.display.screen) == []
        assert 3 * len(spared.display.raw) < len(stock.display.raw)


def test_a_screen_that_something_else_wrote_on_is_drawn_anew(tmp_path: Path) -> None:
    with running(tmp_path, {}) as terminal:
        whole = terminal.text()
        terminal.display.feed(b"\x1b[2J")
        terminal.press("f5")
        terminal.until(lambda text: text == whole)


def test_quitting_gives_the_terminal_back(tmp_path: Path) -> None:
    with running(tmp_path, {}) as terminal:
        terminal.press("q")
        assert terminal.ends(5) == 0
        assert terminal.restored()


def test_what_textual_reads_is_set_before_it_is_loaded() -> None:
    code = (
        "from kvmtui.ui.app import Kvmtui\nfrom textual.constants import MAX_FPS, ESCAPE_DELAY\n"
        "print(MAX_FPS, ESCAPE_DELAY)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["250", "0.02"]
