"""How kvmtui grows, as one picture with logarithmic axes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, log10

from lxml import etree
from lxml.builder import E  # lxml-stubs leaves it out
from lxml.etree import _Element

from tests.bench.figures import Figures
from tests.bench.growth import NUMBERS

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 60, 190, 30, 50
"""Beside the axes."""

LINES = (
    ("start", "start, ms", "#4aa3df"),
    ("refresh", "refresh, ms", "#e5a03b"),
    ("memory", "memory, MiB", "#63b67a"),
    ("key", "key, ms", "#c678b5"),
)

INK, FAINT, GROUND = "#c8ccd4", "#3a3f4b", "#16181d"

LEAST = 1.0
"""Of the vertical axis."""

LINE = 15
"""Between two texts, one above the other."""

Point = tuple[float, float, str]
"""Where, and a text."""


def picture(figures: Figures) -> bytes:
    """An SVG, of what was measured."""
    values = {
        name: {
            number: value
            for number in NUMBERS
            if (value := figures.median(f"growth/{number}/{name}")) is not None
        }
        for name, *_ in LINES
    }
    most = max((value for line in values.values() for value in line.values()), default=LEAST)
    axis = Axis(10 ** max(ceil(log10(most)), 1))
    drawing = E.svg(
        E.rect(width=str(WIDTH), height=str(HEIGHT), rx="8", fill=GROUND),
        *axis.drawn(),
        *(part for name, _, colour in LINES for part in _line(axis, values[name], colour)),
        *_values(axis, values),
        *_words(axis, values),
        _text((WIDTH - RIGHT, HEIGHT - 10, "domains, with 10 snapshots each"), INK, "end"),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        **{"font-family": "monospace", "font-size": "13"},
    )
    return etree.tostring(drawing, pretty_print=True)


@dataclass(frozen=True)
class Axis:
    """Places of values; both axes are logarithmic."""

    most: float

    def y(self, value: float) -> float:
        share = log10(max(value, LEAST) / LEAST) / log10(self.most / LEAST)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    @staticmethod
    def x(number: float) -> float:
        share = log10(number / NUMBERS[0]) / log10(NUMBERS[-1] / NUMBERS[0])
        return LEFT + 20 + share * (WIDTH - LEFT - RIGHT - 40)

    def drawn(self) -> Iterator[_Element]:
        power = LEAST
        while power <= self.most:
            y = self.y(power)
            yield E.path(d=f"M{LEFT} {y:.1f}H{WIDTH - RIGHT}", stroke=FAINT)
            yield _text((LEFT - 8, y + 4, f"{power:,.0f}"), INK, "end")
            power *= 10
        for number in NUMBERS:
            x = self.x(number)
            yield E.path(d=f"M{x:.1f} {TOP}V{HEIGHT - BOTTOM}", stroke=FAINT)
            yield _text((x, HEIGHT - BOTTOM + 20, f"{number:,}"), INK, "middle")


Values = dict[str, dict[int, float]]


def _line(axis: Axis, values: dict[int, float], colour: str) -> Iterator[_Element]:
    points = [(axis.x(number), axis.y(value)) for number, value in values.items()]
    if points:
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        yield E.path(d=f"M{path}", fill="none", stroke=colour, **{"stroke-width": "2"})
    for x, y in points:
        yield E.circle(cx=f"{x:.1f}", cy=f"{y:.1f}", r="3.5", fill=colour)


def _values(axis: Axis, values: Values) -> Iterator[_Element]:
    """Beside each point."""
    for number in NUMBERS:
        here = [
            (axis.y(line[number]) - 9, f"{line[number]:.{0 if line[number] >= 10 else 1}f}", colour)
            for name, _, colour in LINES
            if number in (line := values[name])
        ]
        for y, says, colour in apart(here):
            yield _text((axis.x(number), y, says), colour, "middle")


def _words(axis: Axis, values: Values) -> Iterator[_Element]:
    """Beside the end of each line."""
    ends = [
        (axis.y(list(values[name].values())[-1]) + 4, says, colour)
        for name, says, colour in LINES
        if values[name]
    ]
    for y, says, colour in apart(ends):
        yield _text((WIDTH - RIGHT + 12, y, says), colour, "start")


def apart(texts: list[tuple[float, str, str]]) -> Iterator[tuple[float, str, str]]:
    """Moves texts down that would cover what stands above them."""
    last = 0.0
    for y, says, colour in sorted(texts):
        last = max(y, last + LINE)
        yield last, says, colour


def _text(point: Point, colour: str, anchor: str) -> _Element:
    """With a rim, so that it can be read on a line."""
    x, y, says = point
    look = {"text-anchor": anchor, "paint-order": "stroke", "stroke-width": "4"}
    made = E.text(says, x=f"{x:.1f}", y=f"{y:.1f}", fill=colour, stroke=GROUND, **look)
    assert isinstance(made, _Element)
    return made
