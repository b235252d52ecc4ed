"""However the demo's terminal or process ends, nothing of the demo is left."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.demo.lair import remains, vanishes
from tests.terminal.conftest import Run
from tests.terminal.terminal import Terminal

pytestmark = [pytest.mark.terminal, pytest.mark.embed]


@pytest.fixture
def demo(kvmtui: Run, burrow: Path) -> Terminal:
    """A demo in the middle of its making: the first guest runs."""
    terminal = kvmtui("--demo", TMPDIR=str(burrow))
    terminal.until("● intranet-web ", 40)
    return terminal


@pytest.fixture
def root(demo: Terminal, burrow: Path) -> Path:
    """The folder of that demo."""
    (found,) = burrow.glob("kvmtui-*")
    assert len(remains(found)) >= 2
    return found


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
def test_a_key_ends_it_at_once_and_gives_the_terminal_back(
    key: str, demo: Terminal, root: Path
) -> None:
    assert demo.display.modes >= {"1049", "1000", "1006"}
    assert "25" not in demo.display.modes
    begun = time.monotonic()
    demo.press(key)
    assert demo.ends(2) == 0
    assert time.monotonic() - begun < 2
    assert demo.restored()
    assert vanishes(root)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_gives_the_terminal_back(
    number: signal.Signals, demo: Terminal, root: Path
) -> None:
    demo.process.send_signal(number)
    assert demo.ends(2) == 128 + number
    assert demo.restored()
    assert vanishes(root)


def test_a_killed_one_leaves_nothing(demo: Terminal, root: Path) -> None:
    demo.process.kill()
    assert demo.ends(2) == -signal.SIGKILL
    assert vanishes(root)


def test_a_closed_terminal_ends_it(demo: Terminal, root: Path) -> None:
    demo.close()
    assert demo.ends(5) != 0
    assert vanishes(root)
