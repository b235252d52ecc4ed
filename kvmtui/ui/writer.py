"""What goes to the terminal, which may take it late or never."""

from __future__ import annotations

import os
import select
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Condition, Thread
from typing import TextIO

MOST = 2**16
"""Bytes that wait at most, before frames are left out."""

SHORT = 100
"""Bytes of what is no frame but changes how the terminal works: never left out."""

CHUNK = 1024
"""Bytes that are written at once."""

PATIENCE = 1.0
"""Seconds without a byte taken after which, in the end, a terminal is not waited for."""


class Writer(Thread):
    """Takes everything at once, in place of Textual's, which has the whole screen wait.

    While the terminal takes nothing, frames are left out; when it has taken what was kept,
    everything is to be drawn anew.
    """

    def __init__(self, caught_up: Callable[[], object], file: TextIO) -> None:
        super().__init__(name="textual-output", daemon=True)
        self._caught_up = caught_up
        self._terminal, self._encoding = file.fileno(), file.encoding
        self._waiting = deque[bytes]()
        self._changed = Condition()
        self._behind = 0
        """Bytes that are not written yet."""
        self._taken = 0
        """Bytes that were written."""
        self._missed = False
        """A frame was left out."""
        self._ending = False
        self._ended = False
        """Nothing is written any more."""

    def write(self, text: str, *, is_frame: bool = False) -> None:
        """Has that written, or leaves it out; never waits."""
        data = text.encode(self._encoding, "replace")
        with self._changed:
            if self._behind > MOST and (is_frame or len(data) > SHORT):
                self._missed = True
            elif data and not self._ended:
                self._waiting.append(data)
                self._behind += len(data)
                self._changed.notify()

    def stop(self) -> None:
        """Ends when all but frames is written, or the terminal takes nothing."""
        with self._changed:
            self._waiting = deque(data for data in self._waiting if len(data) <= SHORT)
            self._ending = True
            self._changed.notify()
        before = -1
        while self.is_alive() and before != self._taken:
            before = self._taken
            self.join(PATIENCE)
        self._ended = True

    def run(self) -> None:
        """Writes one after another until the end, or until the terminal is gone."""
        with suppress(OSError):
            while (data := self._next()) and not self._ended:
                self._put(data)
        with self._changed:
            self._ended = True
            self._waiting.clear()

    def _next(self) -> bytes:
        """What is to be written now; nothing in the end."""
        with self._changed:
            if self._missed and not self._waiting:
                self._missed = False
                with suppress(RuntimeError):  # the screen is gone
                    self._caught_up()
            self._changed.wait_for(lambda: self._waiting or self._ending)
            return self._waiting.popleft() if self._waiting else b""

    def _put(self, data: bytes) -> None:
        while data and not self._ended:
            try:
                # not by the file: who ends waits for its lock
                count = os.write(self._terminal, data[:CHUNK])
            except BlockingIOError:
                room = select.poll()
                room.register(self._terminal, select.POLLOUT)
                room.poll()
                continue
            data = data[count:]
            with self._changed:
                self._behind -= count
                self._taken += count
