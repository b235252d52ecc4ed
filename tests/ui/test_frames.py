"""What is sent sparingly shows the same as what Textual sends, frame by frame."""

from __future__ import annotations

import hashlib
import inspect
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyte
import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.geometry import Region
from textual.strip import Strip

from kvmtui.model.value import replace
from kvmtui.model.world import World
from kvmtui.ui import frames
from kvmtui.ui.frames import PLAIN, Frames
from kvmtui.ui.sparing import Sparing, _is_known
from tests.terminal.cells import differing
from tests.terminal.made import guest, working
from tests.ui.stage import Still, on_stage, world
from tests.worlds import HOSTILE

WALKED = [("plain", (80, 24)), ("odd", (80, 24)), ("plain", (152, 24)), ("odd", (34, 9))]

WALK = (
    *["j", "j", "G", "g", "j", "2", "up", "space", "down", "space", "left", "right", "escape"],
    *["tab", "tab", "down", "shift+tab", "3", "G", "space", "escape", "u", "x"],
    *["s", "á", "宽", "b", "tab", "space", "tab", "down", "escape", "d", "right", "left", "escape"],
    *["question_mark", "down", "pagedown", "end", "home", "escape", "J", "escape", "v", "escape"],
    *["colon", "m", "o", "backspace", "down", "escape", "o", "down", "down", "escape"],
)
"""Modals, pages, toasts, fields, marks and every pane."""


class Pair:
    """Two terminals: one gets what Textual sends, the other what is sent sparingly."""

    def __init__(self, columns: int, rows: int) -> None:
        self.stock, self.spared = pyte.Screen(columns, rows), pyte.Screen(columns, rows)
        self._streams = pyte.Stream(self.stock), pyte.Stream(self.spared)
        self.feed("\x1b[?7l", "\x1b[?7l")
        self.sent = [0, 0]
        """Characters of both."""

    def feed(self, stock: str, spared: str) -> None:
        """What both get."""
        for stream, text in zip(self._streams, (stock, spared), strict=True):
            stream.feed(text)

    def resize(self, columns: int, rows: int) -> None:
        """Both have that size from now on."""
        for screen in (self.stock, self.spared):
            if (screen.columns, screen.lines) != (columns, rows):
                screen.resize(rows, columns)

    def show(self, app: Sparing, update: Any) -> None:
        """A frame on both, which must look the same then."""
        self.resize(*frames._size(update))
        app.console._color_system = ColorSystem.TRUECOLOR
        stock = update.render_segments(app.console)
        cursor = app.screen.outer_size.clamp_offset(app.cursor_position)
        spared = app._frames.sent(update, ColorSystem.TRUECOLOR, cursor)
        self.feed(stock, spared)
        self.sent = [self.sent[0] + len(stock), self.sent[1] + len(spared)]
        assert differing(self.stock, self.spared) == []


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], Pair]:
    """Has every frame of an application shown on both terminals."""

    def made(columns: int, rows: int) -> Pair:
        both = Pair(columns, rows)

        def display(app: Sparing, _screen: object, update: object) -> None:
            if isinstance(update, CompositorUpdate) and app._running and not app._batch_count:
                both.show(app, update)
            app.post_display_hook()

        monkeypatch.setattr(Sparing, "_display", display)
        return both

    return made


def odd() -> World:
    """Names in other scripts, all of which pyte takes to be as wide as Textual does."""
    names = [name for kind, name in HOSTILE.items() if kind != "emoji"]
    return world(*(replace(guest(n), name=name) for n, name in enumerate(names)))


@pytest.mark.parametrize(("names", "size"), WALKED, ids=str)
async def test_every_frame_looks_the_same(
    names: str, size: tuple[int, int], pair: Callable[[int, int], Pair], tmp_path: Path
) -> None:
    both, shown = pair(*size), odd() if names == "odd" else world(*map(guest, range(40)))
    hosts = Still(shown, tmp_path)
    async with on_stage(hosts, size) as pilot:
        for key in WALK:
            await pilot.press(key)
        for turn in range(4):
            hosts.put(working(shown.hosts[0].domains[turn % 2], turn))
            await pilot.pause(0.05)
        hosts.become(shown)
        await pilot.press("J")
        await pilot.resize_terminal(size[0] + 20, size[1] + 3)
        await pilot.press("escape", "j")
        await pilot.resize_terminal(*size)
        await pilot.press("j", "tab")
    assert both.sent[1] * 3 < both.sent[0]


CHARACTERS = "a ─宽宽宽"
"""Few, so that often something stays the same."""

STYLES = [
    *(Style(color="red", bgcolor="default"), Style(color="color(200)", bgcolor="#102030")),
    *(Style(bold=True, color="red"), Style(reverse=True), Style(underline=True), Style.null()),
]
WIDTH, HEIGHT, CUTS = 12, 2, (5, 6, 7)


class Chance:
    """Strips by chance, of which some come again."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._made: list[Strip] = []

    def strip(self, width: int) -> Strip:
        """One of that width."""
        known = [strip for strip in self._made[-20:] if strip.cell_length == width]
        if known and self.random.random() < 0.7:
            return self.random.choice(known)
        segments: list[Segment] = []
        while sum(segment.cell_length for segment in segments) < width:
            text = "".join(self.random.choices(CHARACTERS, k=self.random.randint(1, 6)))
            segments.append(Segment(text, self.random.choice(STYLES)))
        self._made.append(Strip(segments).crop(0, width))
        return self._made[-1]

    def update(self) -> LayoutUpdate | ChopsUpdate:
        """The whole screen, or pieces of some lines."""
        cut = self.random.choice(CUTS)
        parts = [(self.strip(cut), self.strip(WIDTH - cut)) for _ in range(HEIGHT)]
        if self.random.random() < 0.1:
            return LayoutUpdate([*parts], Region(0, 0, WIDTH, HEIGHT))
        rows = sorted(self.random.sample(range(HEIGHT), self.random.choice((1, 2))))
        stretches = ((0, WIDTH), (0, cut), (cut, WIDTH), (0, cut - 2))
        spans = [(y, *self.random.choice(stretches)) for y in rows]
        pieces = [{0: left, cut: right} for left, right in parts]
        return ChopsUpdate(pieces, spans, [[cut, WIDTH]] * HEIGHT)


@pytest.mark.parametrize("seed", range(10))
def test_any_updates_look_the_same(seed: int) -> None:
    """Some cut characters in two."""
    chance, both, known = Chance(seed), Pair(WIDTH, HEIGHT), Frames()
    console: Any = type("Console", (), {"_color_system": ColorSystem.TRUECOLOR})
    for _ in range(200):
        update = chance.update()
        spared = known.sent(update, ColorSystem.TRUECOLOR, (0, 0))
        both.feed(update.render_segments(console), spared)
        assert differing(both.stock, both.spared) == []


def _line(text: str, width: int = 40) -> LayoutUpdate:
    strips: list[Iterable[Strip]] = [[Strip([Segment(text)]).adjust_cell_length(width)]]
    return LayoutUpdate(strips, Region(0, 0, width, 1))


def test_the_same_is_not_sent_again_until_it_is_forgotten() -> None:
    known = Frames()
    first = known.sent(_line("web"), ColorSystem.TRUECOLOR, (0, 0))
    assert "web" in first
    assert known.sent(_line("web"), ColorSystem.TRUECOLOR, (0, 0)) == ""
    assert known.sent(_line("web"), ColorSystem.TRUECOLOR, (3, 0)) == "\x1b[1;4H"
    assert known.sent(_line("wet"), ColorSystem.TRUECOLOR, (3, 0)) == "\x1b[1;3Ht"
    known.forget()
    assert known.sent(_line("web"), ColorSystem.TRUECOLOR, (0, 0)) == first


def test_another_size_is_sent_whole() -> None:
    known = Frames()
    known.sent(_line("web"), ColorSystem.TRUECOLOR, (0, 0))
    assert "web" in known.sent(_line("web", 50), ColorSystem.TRUECOLOR, (0, 0))


@pytest.mark.parametrize("odd", ["👩‍💻", "🏳️‍🌈", "❤️", "👍🏽", "e\u0301"])
def test_where_terminals_differ_in_a_width_the_rest_has_its_place(odd: str) -> None:
    """The rest of the line is sent with it: what is drawn too wide may have covered it."""
    known, screen = Frames(), pyte.Screen(40, 1)
    stream = pyte.Stream(screen)
    width = Strip([Segment(odd)]).cell_length
    for within in ("." * width, odd, "." * width, odd):
        stream.feed(known.sent(_line(f"ab{within}end"), ColorSystem.TRUECOLOR, (0, 0)))
        cells = [screen.buffer[0][x].data for x in range(2 + width, 5 + width)]
        assert cells == ["e", "n", "d"]
        assert within != odd or "." not in screen.display[0]


def _cells(text: str) -> list[frames.Cell]:
    return frames._cells(Strip([Segment(text)]), ColorSystem.TRUECOLOR)


def test_no_character_is_sent_by_half() -> None:
    def sent(before: str, now: str) -> list[tuple[int, int]]:
        one, other = map(_cells, (before, now))
        return list(frames._differing([*one], other))

    assert sent("宽a", "数a") == [(0, 2)]
    assert sent("a b", "宽b") == [(0, 2)]
    half = frames._differing([("宽", PLAIN), ("x", PLAIN)], [("宽", PLAIN), ("", PLAIN)])
    assert list(half) == [(0, 2)]


CODES = {
    "": PLAIN,
    "1;31": frames.Look("1", "31"),
    "38;5;7;48;5;233": frames.Look("", "38;5;7", "48;5;233"),
    "1;2;38;2;1;2;3;48;2;31;41;1": frames.Look("1;2", "38;2;1;2;3", "48;2;31;41;1"),
    "7;97;107": frames.Look("7", "97", "107"),
    "39;49": frames.Look("", "39", "49"),
}


@pytest.mark.parametrize("codes", CODES)
def test_codes_are_taken_apart(codes: str) -> None:
    assert frames._look(codes, "") == CODES[codes]


def test_a_link_is_begun_and_ended() -> None:
    known = Frames()
    strip = Strip([Segment("web", Style(link="https://x")), Segment(" y")])
    sent = known.sent(LayoutUpdate([[strip]], Region(0, 0, 5, 1)), ColorSystem.TRUECOLOR, (0, 0))
    before, _, rest = sent.partition(";https://x\x1b\\")
    assert before.startswith("\x1b[1;1H\x1b]8;id=")
    assert rest == "web\x1b]8;;\x1b\\ y"


KNOWN = "6ce6ab2f7396eada"
"""Of the source of Textual 8.2.8 that this leans on."""


def test_textual_is_as_it_was_when_this_was_made() -> None:
    """Where it differs: read what it does now, make ``frames`` do the same, then change this."""
    leant_on: tuple[Any, ...] = (
        LayoutUpdate,
        ChopsUpdate,
        Strip.render,
        Strip.render_style,
        Strip.render_ansi,
        App._display,
    )
    source = "".join(inspect.getsource(each) for each in leant_on)
    assert hashlib.sha256(source.encode()).hexdigest()[:16] == KNOWN


def test_what_is_not_known_is_left_to_textual(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _is_known()

    def other(self: object, spans: object) -> None:
        """As a later version might have it."""

    monkeypatch.setattr("kvmtui.ui.sparing.LEANT_ON", {other: ("self", "chops", "spans")})
    assert not _is_known()
