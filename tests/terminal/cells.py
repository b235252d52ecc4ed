"""What a person sees of a screen, cell by cell."""

from __future__ import annotations

from typing import Any, NamedTuple

import pyte


class Seen(NamedTuple):
    """A cell as it looks: of a blank, nobody sees the colour or whether it is bold."""

    text: str
    ground: str
    colour: str
    flags: tuple[bool, ...]


def cells(screen: pyte.Screen) -> list[list[Seen]]:
    """All of them, row by row."""
    rows, columns = range(screen.lines), range(screen.columns)
    return [[_seen(screen.buffer[y][x]) for x in columns] for y in rows]


def _seen(cell: Any) -> Seen:
    lines = cell.underscore, cell.strikethrough, cell.reverse, cell.blink
    if cell.data == " " and not any(lines):
        return Seen(" ", cell.bg, "", ())
    return Seen(cell.data, cell.bg, cell.fg, (cell.bold, cell.italics, *lines))


def differing(one: pyte.Screen, other: pyte.Screen) -> list[tuple[int, int, Seen, Seen]]:
    """Column, row and both looks of every cell that does not look the same."""
    return [
        (x, y, here, there)
        for y, rows in enumerate(zip(cells(one), cells(other), strict=True))
        for x, (here, there) in enumerate(zip(*rows, strict=True))
        if here != there
    ]
