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
    """A screen of 80 columns and 24 rows."""

    COLUMNS, ROWS = 80, 24

    def __init__(self) -> None:
        self.raw = b""
        """Everything that was written."""
        self.modes = {_WRAPS, _SHOWS_CURSOR}
        """The private modes that are switched on now: 1049 is the alternate screen."""
        self._screen = pyte.Screen(self.COLUMNS, self.ROWS)
        self._stream = pyte.Stream(self._screen)
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._rest = ""

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
    def text(self) -> str:
        """The rows, wide characters included."""
        return "\n".join(self._screen.display)

    @property
    def whole(self) -> bool:
        """No frame is half drawn."""
        return _FRAME not in self.modes

    @property
    def plain(self) -> bool:
        """All modes are as they were in the beginning."""
        return self.modes == {_WRAPS, _SHOWS_CURSOR}
