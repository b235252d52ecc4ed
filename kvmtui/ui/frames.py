"""What the terminal shows, cell by cell, and what must be sent for it to show something else.

Textual sends a line again when anything in it may have changed, and every piece of it with all of
its colours. Here cells are compared with what was sent before, and only what differs is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby, islice
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from rich.cells import cell_len, split_graphemes
from rich.color import ColorSystem
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip

Update: TypeAlias = LayoutUpdate | ChopsUpdate


ANY = "any"
"""The colour of a blank."""

INVISIBLE = ("", "1", "2", "3", "1;2", "1;3", "2;3")
"""Flags that make no difference to a blank: it can be bold, dim or italic."""


class Look(NamedTuple):
    """How a cell is drawn, in the codes that a terminal takes."""

    flags: str = ""
    colour: str = ""
    ground: str = ""
    link: str = ""

    def on(self, before: Look) -> Look:
        """The same, but whatever cannot be seen of a blank as it is drawn already."""
        if self.colour != ANY:
            return self
        seen = before.flags not in INVISIBLE
        return Look("" if seen else before.flags, before.colour, self.ground, self.link)

    def after(self, before: Look) -> str:
        """What makes the terminal draw so, when it has drawn like that before."""
        codes: list[str] = []
        ends = before.flags and self.flags != before.flags
        if ends or (any(before[:3]) and not any(self[:3])):
            codes, before = ["0"], Look(link=before.link)
        if self.flags != before.flags:
            codes.append(self.flags)
        if self.colour != before.colour:
            codes.append(self.colour or "39")
        if self.ground != before.ground:
            codes.append(self.ground or "49")
        link = f"\x1b]8;{self.link or ';'}\x1b\\" if self.link != before.link else ""
        return f"{link}\x1b[{';'.join(codes)}m" if codes else link


PLAIN = Look()

Cell: TypeAlias = tuple[str, Look]
"""Text and its look. What is wider than one column has empty texts in those that follow."""

NEAR = 4
"""Cells that are sent again, rather than passed over, when they look like those before them."""


class Frames:
    """The cells that were sent to a terminal."""

    def __init__(self) -> None:
        self._size = (0, 0)
        self._rows: list[list[Cell | None]] = []
        """None where it is not known what is shown."""
        self._strips: list[dict[int, Strip]] = []
        """The strips that are shown, by their first columns: the same need not be compared."""
        self._cursor = (-1, -1)

    def forget(self) -> None:
        """Nothing is known of what the terminal shows: all of the next frame is sent."""
        self._size = (0, 0)

    def sent(self, update: Update, system: ColorSystem, cursor: tuple[int, int]) -> str:
        """What is to be sent for an update, with the cursor there in the end; often nothing."""
        size = _size(update)
        if size != self._size:
            width, height = self._size = size
            self._rows = [[None] * width for _ in range(height)]
            self._strips = [{} for _ in range(height)]
            self._cursor = (-1, -1)
        pen = _Pen()
        for x, y, strip in _parts(update):
            if self._strips[y].get(x) is not strip:
                self._draw(pen, x, y, strip, system)
        if not pen.used and cursor == self._cursor:
            return ""
        self._cursor = cursor
        return pen.lifted(*cursor)

    def _draw(self, pen: _Pen, x: int, y: int, strip: Strip, system: ColorSystem) -> None:
        row, strips = self._rows[y], self._strips[y]
        cells = _cells(strip, system)[: len(row) - x]
        end = x + len(cells)
        for left in [left for left, other in strips.items() if _meet(left, other, x, end)]:
            del strips[left]
        strips[x] = strip
        for first, last in _differing(row[x:end], cells):
            pen.draw(x + first, y, cells[first:last])
        row[x:end] = cells


class _Pen:
    """Moves over the terminal and draws."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._look = PLAIN
        self._x = self._y = -1
        """Where the terminal draws next; -1 where that is not certain."""

    @property
    def used(self) -> bool:
        return bool(self._parts)

    def draw(self, x: int, y: int, cells: list[Cell]) -> None:
        """Cells side by side, from that column on."""
        for look, group in groupby(cells, itemgetter(1)):
            texts = [text for text, _ in group]
            self._move(x, y)
            self._take(look)
            if all(map(_is_certain, texts)):
                self._parts += texts
                x += len(texts)
                self._x = x
            else:
                x = self._draw_one_by_one(x, y, texts)

    def _draw_one_by_one(self, x: int, y: int, texts: list[str]) -> int:
        """Terminals may differ in a width: what was there goes, and what follows has its place."""
        for text in texts:
            if text:
                self._move(x, y)
                if not _is_certain(text):
                    self._parts.append(" " * _width(text))
                    self._x = -1
                    self._move(x, y)
                self._parts.append(text)
                self._x = x + _width(text) if _is_certain(text) else -1
            x += 1
        return x

    def lifted(self, x: int, y: int) -> str:
        """All that was drawn, with the cursor there in the end."""
        self._take(PLAIN)
        if (x, y) != (0, 0):  # nobody writes anything there
            self._move(x, y)
        return "".join(self._parts)

    def _move(self, x: int, y: int) -> None:
        if self._y != y:
            self._parts.append(f"\x1b[{y + 1};{x + 1}H")
        elif self._x != x:
            self._parts.append(f"\x1b[{x + 1}G")
        self._x, self._y = x, y

    def _take(self, look: Look) -> None:
        look = look.on(self._look)
        if look != self._look:
            self._parts.append(look.after(self._look))
            self._look = look


def _size(update: Update) -> tuple[int, int]:
    if isinstance(update, LayoutUpdate):
        return update.region.width, update.region.height
    return update.chop_ends[-1][-1], len(update.chops)


def _parts(update: Update) -> Iterator[tuple[int, int, Strip]]:
    """What Textual would send, and where."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in strips:
                yield x, y, strip
                x += strip.cell_length
        return
    for y, first, last in update.spans:
        for end, (x, part) in zip(update.chop_ends[y], update.chops[y].items(), strict=True):
            if part is None or x > last or end <= first:
                continue
            whole = first <= x < last and end <= last
            yield x, y, part if whole else part.crop(0, min(end, last) - x)


def _meet(left: int, strip: Strip, x: int, end: int) -> bool:
    return left < end and x < left + strip.cell_length


def _differing(before: list[Cell | None], now: list[Cell]) -> Iterator[tuple[int, int]]:
    """Stretches of cells to be sent: from the first to before the last."""
    sure = next((n for n, (text, _) in enumerate(now) if not _is_certain(text)), len(now))
    start = last = -1
    for index, cell in enumerate(now):
        if cell == before[index]:
            continue
        while not now[index][0] and index > 0:
            index -= 1  # half a character cannot be sent
        if start >= 0 and not _is_near(now, last, index):
            yield start, last
            start = -1
        start = index if start < 0 else start
        if index >= sure:  # a terminal may draw it over what follows
            last = len(now)
            break
        last = index + 1
        while last < len(now) and not now[last][0]:
            last += 1
    if start >= 0:
        yield start, last


def _is_near(cells: list[Cell], last: int, index: int) -> bool:
    """Whether going on is shorter than moving."""
    look = cells[last - 1][1]
    gap = cells[last:index]
    return len(gap) <= NEAR and all(
        other.on(look) == look and _is_certain(text) for text, other in gap
    )


def _cells(strip: Strip, system: ColorSystem) -> list[Cell]:
    cells: list[Cell] = []
    for text, style, _control in strip:
        look = PLAIN
        if style is not None:
            look = _look(Strip.render_ansi(style, system), "")
            if style.link:
                look = look._replace(link=f"id={style._link_id};{style.link}")
        if text.isascii() or all(_width(character) == 1 for character in text):
            unseen = look._replace(flags="", colour=ANY)
            blank = (" ", unseen if look.flags in INVISIBLE else look)
            cells += [blank if character == " " else (character, look) for character in text]
            continue
        for start, end, width in split_graphemes(text)[0]:
            if width:
                cells.append((text[start:end], look))
                cells += [("", look)] * (width - 1)
            elif cells:
                cells[-1] = (cells[-1][0] + text[start:end], cells[-1][1])
    return cells


@lru_cache(maxsize=4096)
def _look(codes: str, link: str) -> Look:
    """The codes of a style by what they change."""
    found: dict[str, list[str]] = {"flags": [], "colour": [], "ground": []}
    rest = iter(filter(None, codes.split(";")))
    for code in rest:
        tens = int(code) // 10
        into = found["colour" if tens in (3, 9) else "ground" if tens in (4, 10) else "flags"]
        into.append(code)
        if code in ("38", "48"):
            kind = next(rest)
            into += [kind, *islice(rest, 3 if kind == "2" else 1)]
    flags, colour, ground = map(";".join, found.values())
    return Look(flags, colour, ground, link)


@lru_cache(maxsize=4096)
def _width(text: str) -> int:
    return cell_len(text)


@lru_cache(maxsize=4096)
def _is_certain(text: str) -> bool:
    """Whether every terminal draws it as wide as it is taken to be: no emoji, nothing combined."""
    single = len(text) == 1 and (_width(text) == 1 or "\u2e80" <= text <= "\uffef")
    return single or text == ""
