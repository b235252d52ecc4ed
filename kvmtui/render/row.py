"""Lines of a pane: what they say, and what they stand for."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from kvmtui.model.value import Value

QUIET = "dim"
GOOD = "green"
WARN = "yellow"
BAD = "bold red"
ACCENT = "cyan"
STRONG = "bold"

NOT_USED = "not used"
"""Stands for a disk in the keys of files that nothing refers to; no target has a blank in it."""

MARK = "✓ "
"""Stands before the name of what is marked."""


class Row:
    """One line. Rows with equal keys are the same thing at another time.

    A text that is a function is made when it is looked at: of thousands, a screen shows some.
    """

    __slots__ = ("_text", "key", "selectable")

    def __init__(
        self, key: Hashable, text: Text | Callable[[], Text], *, selectable: bool = True
    ) -> None:
        self.key = key
        self.selectable = selectable
        """The cursor may stand on it."""
        self._text = text

    @property
    def text(self) -> Text:
        """What is shown."""
        if not isinstance(self._text, Text):
            self._text = self._text()
        return self._text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and (self.key, self.selectable, self.text) == (
            other.key,
            other.selectable,
            other.text,
        )

    def __hash__(self) -> int:
        return hash(self.key)


class Cell(Value):
    """A column of fixed width."""

    text: str
    width: int
    style: str = ""
    right: bool = False

    @property
    def fitted(self) -> str:
        """The text cut or padded to exactly ``width`` columns."""
        missing = self.width - cell_len(self.text)
        if missing < 0:
            return cut(self.text, self.width)
        return " " * missing + self.text if self.right else self.text + " " * missing


def cut(text: str, width: int) -> str:
    """At most ``width`` columns, with an ellipsis where something is left out."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - 1, 0)) + "…" if width > 0 else ""


def line(width: int, left: Text, cells: Sequence[Cell] = ()) -> Text:
    """``left``, cut or padded so that the cells end at ``width``, one blank between each."""
    room = max(width - sum(cell.width + 1 for cell in cells), 4)
    if left.cell_len > room:
        left = left.copy()
        left.truncate(room, overflow="ellipsis")
    text = left + Text(" " * (room - left.cell_len)) if cells else left.copy()
    for cell in cells:
        text.append(" ")
        text.append(cell.fitted, cell.style)
    return text


def fitted(rows: Iterable[Row], width: int) -> tuple[Row, ...]:
    """The rows, none wider than the pane."""
    return tuple(
        row
        if row.text.cell_len <= width
        else Row(row.key, cropped(row.text, width), selectable=row.selectable)
        for row in rows
    )


def cropped(text: Text, width: int) -> Text:
    """The text, no wider than the pane."""
    if text.cell_len <= width:
        return text
    text = text.copy()
    text.truncate(width, overflow="ellipsis")
    return text


def plain(rows: Iterable[Row]) -> str:
    """The rows for a pipe."""
    return "\n".join(row.text.plain.rstrip() for row in rows)


def said(text: str, style: str = "") -> Row:
    """A line that only says something."""
    return Row(("said", text), Text(text, style), selectable=False)


READING = said("reading …", QUIET)
"""Until something was read."""
