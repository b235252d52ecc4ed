"""What is pasted into a terminal that marks it: text, whatever is in it."""

from __future__ import annotations

from collections.abc import Iterable

from textual._time import get_time
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.message import Message


class Parser(XTermParser):
    """Takes nothing that is pasted for keys.

    Textual reads what follows an escape within a paste as keys, Enter among them.
    """

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._pasting = False
        self._begun = ""
        """The end of what has come, if the next mark may begin with it."""

    @property
    def patience(self) -> float | None:
        """Milliseconds after which what has come is to be looked at again; None for never."""
        end = self._timeout_time
        return None if end is None else max(end - get_time(), 0.0) * 1000

    def feed(self, data: str) -> Iterable[Message]:
        """Leaves out the escapes within a paste; no data is the end."""
        passed = "".join(self._parts(data))
        return super().feed(passed) if passed or not data else ()

    def _parts(self, data: str) -> Iterable[str]:
        while data:
            mark = BRACKETED_PASTE_END if self._pasting else BRACKETED_PASTE_START
            come = self._begun + data
            text, found, data = come.partition(mark)
            begun, self._begun = self._begun, "" if found else _beginning(mark, text)
            if not self._pasting:
                yield (text + found)[len(begun) :]  # its beginning was passed on: it may be a key
            else:
                yield text.removesuffix(self._begun).replace("\x1b", "") + found
            self._pasting ^= bool(found)


def _beginning(mark: str, text: str) -> str:
    """The longest part of a mark that a text ends with."""
    parts = (mark[:length] for length in range(len(mark) - 1, 0, -1))
    return next(filter(text.endswith, parts), "")
