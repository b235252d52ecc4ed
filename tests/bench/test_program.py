"""What is noted of a program in a terminal, shown on programs of a few lines."""

from __future__ import annotations

import sys
from math import inf

import pytest

from tests.bench import jobs
from tests.bench.figures import Figures
from tests.bench.process import memory
from tests.bench.program import Program

pytestmark = pytest.mark.terminal

ECHO = """
import os, sys, termios, tty
before = termios.tcgetattr(0)
tty.setcbreak(0)
os.write(1, b"\\x1b[?1049hready ")
while (key := os.read(0, 1)) != b"q":
    os.write(1, b"<" + key + b"> " if key != b"x" else b"")
if len(sys.argv) > 1:
    os.write(1, b"\\x1b[?1049l")
    termios.tcsetattr(0, termios.TCSANOW, before)
"""

TICKS = """
import os, time
while True:
    os.write(1, b"\\x1b[?2026h50 %\\x1b[?2026l")
    time.sleep(0.1)
"""


@pytest.mark.parametrize("tidy", [True, False])
def test_keys_and_the_end(*, tidy: bool) -> None:
    argv = [sys.executable, "-c", ECHO, *["tidy"] * tidy]
    with Program(argv) as program:
        assert program.until(lambda text: "ready" in text) > 0
        response = program.press("a")
        assert response.size == 4
        assert response.first <= response.last < 1000
        assert program.press("x", longest=0.2).last == inf
        sent = program.send(b"b")
        program.settle()
        assert program.written(since=sent) == b"<b> "
        first, never = program.came_into_view([(sent, "<b>"), (sent + 10, "<c>")])
        assert first < 1000
        assert never == inf
        assert memory(program.process.pid) > 1
        end = program.quit()
        assert end.gone < 5000
        assert end.restored == tidy


def test_what_never_comes_is_no_endless_wait() -> None:
    with (
        Program([sys.executable, "-c", ECHO]) as program,
        pytest.raises(TimeoutError, match="ready"),
    ):
        program.until(lambda text: "more" in text, patience=0.5)


def test_what_moves_by_itself() -> None:
    figures = Figures()
    with Program([sys.executable, "-c", TICKS]) as program:
        program.until(lambda text: "50 %" in text, at_once=True)
        jobs.watch(program, figures, 1, 1.0)
    assert figures.median("jobs/1/bytes-an-update") == pytest.approx(20, abs=3)
    assert 3 <= (figures.median("jobs/1/updates-a-second") or 0) <= 11
