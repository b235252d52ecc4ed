"""What the bytes of a program draw on a terminal."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder

import pyte

_FOREIGN = re.compile(r"\x1b\[[<>=][0-9;]*[A-Za-z]|\x1b\[\?[0-9;]*\$[a-z]")
"""Sequences that pyte takes for text."""

_UNFINISHED = re.compile(r"\x1b(?:\[[0-9;<>=?$ ]*)?$")
_MODE = re.compile(r"\x1b\[\?([0-9;]+)([hl])")
_WRAPS, _SHOWS_CURSOR, _FRAME = "7", "25", "2026"

FRAMES = (b"\x1b[?2026$p", b"\x1b[?2026;2$y")
"""The question whether the terminal knows of frames that are drawn at once, and the answer."""


class Display:
    """A screen, of 80 columns and 24 rows unless told otherwise."""

    def __init__(self, columns: int = 80, rows: int = 24) -> None:
        self.raw = bytearray()
        """Everything that was written."""
        self.modes = {_WRAPS, _SHOWS_CURSOR}
        """The private modes that are switched on now: 1049 is the alternate screen."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def resize(self, columns: int, rows: int) -> None:
        """What was drawn stays until it is drawn anew."""
        self._screen.resize(rows, columns)

    def feed(self, data: bytes) -> None:
        """Draws; a sequence that is not complete waits for its end."""
        self.raw += data
        text = self._rest + self._decoder.decode(data)
        cut = _UNFINISHED.search(text)
        self._rest = cut.group() if cut else ""
        text = text.removesuffix(self._rest)
        self._stream.feed(_FOREIGN.sub("", text))
        for numbers, end in _MODE.findall(text):
            each = set(numbers.split(";"))
            self.modes = self.modes | each if end == "h" else self.modes - each

    @property
    def screen(self) -> pyte.Screen:
        """Its cells."""
        return self._screen

    @property
    def text(self) -> str:
        """The rows, wide characters included."""
        return "\n".join(self._screen.display)

    def stands_out(self, text: str) -> bool:
        """Whether a text that is on the screen once is drawn in reverse, as what has the focus."""
        for row, line in enumerate(self._screen.display):
            column = line.rfind(text)
            if column >= 0 and self._screen.buffer[row][column].reverse:
                return True
        return False

    @property
    def cursor(self) -> str:
        """The line that the cursor is in: that of the field one types in."""
        return str(self._screen.display[self._screen.cursor.y])

    @property
    def whole(self) -> bool:
        """No frame is half drawn."""
        return _FRAME not in self.modes

    @property
    def plain(self) -> bool:
        """All modes are as they were in the beginning."""
        return self.modes == {_WRAPS, _SHOWS_CURSOR}
