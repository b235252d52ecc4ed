"""A program in a pseudo-terminal, watched by the clock.

The thread that reads does nothing but note when which bytes came; they are drawn later, when nobody
measures any more.
"""

from __future__ import annotations

import os
import struct
import subprocess
import termios
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fcntl import ioctl
from itertools import pairwise
from math import inf
from pathlib import Path
from threading import Condition, Thread

from tests.bench import process
from tests.terminal.display import FRAMES, Display
from tests.terminal.keys import spelled

ROOT = Path(__file__).parents[2]

PATIENCE = 30.0
"""Seconds."""

ANSWERS = (
    FRAMES,
    (b"\x1b[?2048$p", b"\x1b[?2048;0$y"),
    (b"\x1b[c", b"\x1b[?62;1;22c"),
    (b"\x1b[>c", b"\x1b[>41;354;0c"),
    (b"\x1b[6n", b"\x1b[1;1R"),
    (b"\x1b]10;?", b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\"),
    (b"\x1b]11;?", b"\x1b]11;rgb:0000/0000/0000\x1b\\"),
)
"""What a terminal answers that knows frames, but not the newer protocol of keys."""

BEGIN_FRAME = b"\x1b[?2026h"

Look = Callable[[str], object]


def surroundings(**more: str) -> dict[str, str]:
    """An environment without anything that would lead a program elsewhere; this tree comes first.

    Every program gets the same one, whether it needs that or not.
    """
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    plain = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    return {**kept, **plain, **more}


@dataclass(frozen=True)
class Response:
    """What a program wrote after something was sent: milliseconds, and bytes."""

    first: float
    last: float
    size: int


@dataclass(frozen=True)
class End:
    """How a program ended after a key."""

    gone: float
    """Milliseconds until the process was gone."""
    restored: bool
    """The terminal is as it was: its modes, its screen, its settings."""


class Program:
    """Runs in a terminal of its own until the block ends."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        colours: bool = True,
        **environment: str,
    ) -> None:
        self._size = columns, rows
        self._master, slave = os.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._settings = termios.tcgetattr(slave)
        self._chunks: list[tuple[float, bytes]] = []
        self._news = Condition()
        self._ended = False
        more = {**environment, **({"COLORTERM": "truecolor"} if colours else {})}
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *argv],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=surroundings(**more),
        )
        os.close(slave)
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        os.close(self._master)

    def _read(self) -> None:
        rest = b""
        while True:
            try:
                data = os.read(self._master, 2**16)
            except OSError:
                break
            now = time.perf_counter()
            with self._news:
                self._chunks.append((now, data))
                self._news.notify_all()
            if b"\x1b" in data or rest:
                rest = self._answer(rest + data)
        with self._news:
            self._ended = True
            self._news.notify_all()

    def _answer(self, data: bytes) -> bytes:
        """Answers what is asked, and gives the beginning of what may be a question."""
        said = b"".join(answer for question, answer in ANSWERS if question in data)
        if said:
            os.write(self._master, said)
        escape = data.rfind(b"\x1b")
        return b"" if said or escape < len(data) - 12 else data[escape:]

    # What came.

    @property
    def text(self) -> str:
        """What is on the screen now."""
        return self._drawn().text

    def _drawn(self) -> Display:
        display = Display(*self._size)
        for _, data in list(self._chunks):
            display.feed(data)
        return display

    def until(
        self,
        look: Look,
        since: float | None = None,
        *,
        at_once: bool = False,
        patience: float = PATIENCE,
    ) -> float:
        """Waits until the screen fulfils a condition; gives milliseconds from `since`.

        It looks only once the program is quiet, or has had its time, unless it must know at once:
        to draw takes a processor that the program may need.
        """
        begin = self.began if since is None else since
        deadline = time.perf_counter() + patience
        if not at_once:
            self.settle(0.25, 1.0)
        display, place = Display(*self._size), 0
        while True:
            chunks = self._chunks[place:]
            for at, data in chunks:
                display.feed(data)
                if at >= begin and display.whole and look(display.text):
                    return (at - begin) * 1000
            place += len(chunks)
            with self._news:
                if len(self._chunks) == place:
                    left = deadline - time.perf_counter()
                    if self._ended or left <= 0:
                        raise TimeoutError(f"not within {patience:g} s:\n{display.text}")
                    self._news.wait(min(left, 0.5))

    @property
    def asks_for_motion(self) -> bool:
        """Whether the terminal was asked to tell of a mouse that only moves."""
        return b"\x1b[?1003h" in self.written()

    def came_into_view(self, sought: Sequence[tuple[float, str]]) -> list[float]:
        """For each text how long after its moment it was there: milliseconds, or infinite.

        The moments are in order, and each text is looked for until the next moment.
        """
        display, place = Display(*self._size), 0
        found = []
        for (moment, text), (end, _) in pairwise([*sought, (inf, "")]):
            late = inf
            while place < len(self._chunks) and self._chunks[place][0] < end:
                at, data = self._chunks[place]
                display.feed(data)
                place += 1
                if late == inf and at >= moment and display.whole and text in display.text:
                    late = (at - moment) * 1000
            found.append(late)
        return found

    @property
    def painted(self) -> float:
        """When the first frame began."""
        return next(at for at, data in self._chunks if BEGIN_FRAME in data)

    def written(self, since: float = 0.0, until: float = inf) -> bytes:
        """What came in a span of time."""
        first = bisect_left(self._chunks, since, key=lambda chunk: chunk[0])
        return b"".join(data for at, data in self._chunks[first:] if at <= until)

    def count(self, since: float) -> int:
        """How often something came since then."""
        return sum(at >= since for at, _ in self._chunks)

    def settle(self, quiet: float = 0.25, longest: float = PATIENCE) -> None:
        """Waits until nothing has come for so long, from now on."""
        began = time.perf_counter()
        deadline = began + longest
        with self._news:
            while (now := time.perf_counter()) < deadline and not self._ended:
                last = max(began, self._chunks[-1][0]) if self._chunks else now
                if now - last >= quiet:
                    return
                self._news.wait(min(last + quiet, deadline) - now)

    # What is sent.

    def send(self, data: bytes) -> float:
        """Sends bytes and gives when."""
        now = time.perf_counter()
        os.write(self._master, data)
        return now

    def press(self, key: str, quiet: float = 0.12, longest: float = 2.0) -> Response:
        """Presses a key and waits until all is drawn that comes of it."""
        return self.reacts(spelled(key)[0], quiet, longest)

    def reacts(self, data: bytes, quiet: float = 0.12, longest: float = 2.0) -> Response:
        """Sends bytes and waits for the answer; without one its times are infinite."""
        count = len(self._chunks)
        sent = self.send(data)
        with self._news:
            self._news.wait_for(lambda: len(self._chunks) > count or self._ended, longest)
        if len(self._chunks) == count:
            return Response(inf, inf, 0)
        self.settle(quiet, longest)
        came = self._chunks[count:]
        first, last = ((at - sent) * 1000 for at in (came[0][0], came[-1][0]))
        return Response(first, last, sum(len(data) for _, data in came))

    def quit(self, key: str = "q", patience: float = 5.0) -> End:
        """Presses the key that ends the program."""
        sent = self.send(spelled(key)[0])
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            return End(inf, restored=False)
        gone = (time.perf_counter() - sent) * 1000
        self._reader.join(1)
        settings = termios.tcgetattr(self._master) == self._settings
        return End(gone, settings and self._drawn().plain)

    # What it uses.

    @property
    def memory(self) -> float:
        """MiB."""
        return process.memory(self.process.pid)

    @property
    def processor(self) -> float:
        """Seconds."""
        return process.processor(self.process.pid)
