"""What is written for a terminal that takes it late, or never, or is gone."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from select import select

import pytest

from kvmtui.ui.writer import MOST, PATIENCE, SHORT, Writer

FRAME = "█" * SHORT


class Late:
    """A terminal that is read when a test says so."""

    def __init__(self) -> None:
        self.reads, writes = os.pipe()
        self.file = os.fdopen(writes, "w", encoding="utf-8")
        self.anew = 0
        """How often everything was to be drawn anew."""
        self.writer = Writer(self._draw_anew, self.file)
        self.writer.start()

    def _draw_anew(self) -> None:
        self.anew += 1
        self.writer.write(f"whole{FRAME}")

    def fill(self) -> None:
        """Far more than is kept for it."""
        for number in range(10 * MOST // len(FRAME)):
            self.writer.write("<")
            self.writer.write(f"{number}{FRAME}")
            self.writer.write(">")
        while select([], [self.file], [], 0)[1]:
            time.sleep(0.01)

    def read(self) -> str:
        """All that was written until nothing comes any more."""
        read = b""
        os.set_blocking(self.reads, False)
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            try:
                data = os.read(self.reads, MOST)
            except BlockingIOError:
                time.sleep(0.01)
                continue
            read += data
            end = time.monotonic() + 0.5
        return read.decode()


@pytest.fixture
def late() -> Iterator[Late]:
    terminal = Late()
    yield terminal
    terminal.writer.stop()
    os.close(terminal.reads)
    terminal.writer.join(5)
    terminal.file.close()


def test_everything_is_written_in_its_order(late: Late) -> None:
    for number in range(100):
        late.writer.write(f"{number} ")
    late.writer.stop()
    assert late.read() == "".join(f"{number} " for number in range(100))
    assert late.anew == 0


def test_nobody_waits_and_only_frames_are_left_out(late: Late) -> None:
    late.fill()
    read = late.read()
    frames = 10 * MOST // len(FRAME)
    assert read.count("<") == read.count(">") == frames
    assert read.count(FRAME) < frames
    assert late.anew == 1
    assert read.endswith(f"whole{FRAME}")


def test_no_frame_is_too_short_to_be_left_out(late: Late) -> None:
    late.fill()
    late.writer.write("frame", is_frame=True)
    assert "frame" not in late.read()


def test_the_end_waits_for_what_is_taken_and_for_no_frame(late: Late) -> None:
    late.fill()
    late.writer.write("restored")
    begun = time.monotonic()
    late.writer.stop()
    assert PATIENCE <= time.monotonic() - begun < 4 * PATIENCE
    read = late.read()
    assert "restored" not in read  # what came too late is not written by and by


def test_nothing_waits_for_a_terminal_that_is_gone() -> None:
    terminal = Late()
    os.close(terminal.reads)
    terminal.writer.write("x")
    terminal.writer.join(5)
    assert not terminal.writer.is_alive()
    for _ in range(2 * MOST // len(FRAME)):
        terminal.writer.write(FRAME)
    begun = time.monotonic()
    terminal.writer.stop()
    assert time.monotonic() - begun < PATIENCE
    terminal.file.close()
