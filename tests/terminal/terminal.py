"""A program in a pseudo-terminal: keys in, what a person would see out."""

from __future__ import annotations

import os
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Sequence
from fcntl import ioctl
from select import select
from threading import Condition, Lock, Thread

from tests.terminal.display import FRAMES, Display
from tests.terminal.keys import spelled

PATIENCE = 30.0
"""Seconds."""

LOOK = 0.5
"""Seconds after which a condition is looked at again, though nothing was drawn."""

QUIET = 0.4
"""Seconds without output after which a program has done what a key asked for."""


class Terminal:
    """Runs a program whose input, output and errors are one terminal."""

    def __init__(
        self, argv: Sequence[str], env: dict[str, str], *, columns: int = 80, rows: int = 24
    ) -> None:
        self.display = Display(columns, rows)
        self.listens = True
        """Whether what the program writes is read at all."""
        self._master, slave = os.openpty()
        self._measure(slave, columns, rows)
        self._settings = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *argv], stdin=slave, stdout=slave, stderr=slave, env=env
        )
        self._name = os.ttyname(slave)
        os.close(slave)
        self._drawn = Condition()
        self._hands = Lock()
        """No key falls into what somebody else pastes: a terminal sends one after the other."""
        self._open = True
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        question, answer = FRAMES
        while self._open:
            if not self.listens:
                time.sleep(0.01)
                continue
            if not select([self._master], [], [], 0.05)[0]:
                continue
            try:
                data = os.read(self._master, 65536)
                if question in data:
                    os.write(self._master, answer)
            except OSError:  # the program has ended
                break
            with self._drawn:
                self.display.feed(data)
                self._drawn.notify_all()
        with self._drawn:
            self._drawn.notify_all()  # who waits may see that it has ended

    def resize(self, columns: int, rows: int) -> None:
        """Gives the terminal another size, as a person who pulls at its window."""
        with self._drawn:
            self.display.resize(columns, rows)
        self._measure(self._master, columns, rows)

    @staticmethod
    def _measure(terminal: int, columns: int, rows: int) -> None:
        ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, *keys: str) -> None:
        """Presses keys one after another, or types text."""
        for data, pause in map(spelled, keys):
            with self._hands:
                os.write(self._master, data)
                self._heard()
            time.sleep(pause)

    def paste(self, data: bytes) -> None:
        """Pastes, as a terminal does that marks where a paste begins and ends."""
        self.send(b"\x1b[200~" + data + b"\x1b[201~")

    def send(self, data: bytes) -> None:
        """Any bytes, as fast as the program reads them."""
        end = time.monotonic() + PATIENCE
        with self._hands:
            while data:
                if select([], [self._master], [], 0.05)[1]:
                    data = data[os.write(self._master, data[:4096]) :]
                assert time.monotonic() < end, f"the program leaves {len(data)} bytes unread"
            self._heard()

    def _heard(self) -> None:
        """Waits until the program has read what was typed, or has ended.

        An escape that it reads together with the next key would be another key.
        """
        deadline = time.monotonic() + PATIENCE
        terminal = os.open(self._name, os.O_RDWR | os.O_NOCTTY)
        try:
            while _unread(terminal) and self.process.poll() is None:
                assert time.monotonic() < deadline, "the program reads no keys"
                time.sleep(0.005)
        finally:
            os.close(terminal)

    def text(self) -> str:
        """What is on the screen."""
        return self.until(lambda _text: True)

    def until(self, condition: str | Callable[[str], object], seconds: float = PATIENCE) -> str:
        """Waits until the screen holds a text or fulfils a condition, and gives the screen."""
        deadline = time.monotonic() + seconds
        with self._drawn:
            text = ""
            while True:
                if self.display.whole:
                    text = self.display.text
                    if condition in text if isinstance(condition, str) else condition(text):
                        return text
                left = deadline - time.monotonic()
                assert left > 0, f"not within {seconds:g} s: {condition}\n{text}"
                self._drawn.wait(min(left, LOOK))

    def still(self) -> None:
        """Waits until the screen has not changed for a while."""
        deadline = time.monotonic() + PATIENCE
        with self._drawn:
            while self._drawn.wait(QUIET):
                assert time.monotonic() < deadline, f"it does not rest:\n{self.display.text}"

    def ends(self, seconds: float) -> int:
        """Waits for the program's end, and gives its exit status."""
        status = self.process.wait(seconds)
        self._reader.join(1)
        return status

    def restored(self) -> bool:
        """Whether the terminal is as the program found it: line by line, echoing, no mouse."""
        return self.display.plain and termios.tcgetattr(self._master) == self._settings

    def close(self) -> None:
        """Closes the terminal, as pulling the plug of a console does."""
        if self._open:
            self._open = False
            self._reader.join()
            os.close(self._master)

    def forget(self) -> None:
        """Ends the program if it still runs, and closes everything."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.close()


def _unread(terminal: int) -> int:
    """Bytes of input that nobody has read yet."""
    (count,) = struct.unpack("i", ioctl(terminal, termios.FIONREAD, bytes(4)))
    return int(count)
