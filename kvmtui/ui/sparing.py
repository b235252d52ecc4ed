"""Frames as short as they can be, for terminals at the far end of a slow line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from inspect import signature

from rich.color import ColorSystem
from rich.console import RenderableType
from textual import on
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from kvmtui.ui.driver import Driver
from kvmtui.ui.frames import Frames

SWITCH, STOCK = "KVMTUI_FRAMES", "stock"
"""The environment variable, and its value with which frames are sent as Textual makes them.

For whoever doubts what a terminal shows: it must be the same, only later over a slow line.
"""

AT_ONCE = 512
"""Bytes that a terminal gets in one piece, so that they need not be marked as one frame."""

LEANT_ON: dict[Callable[..., object], tuple[str, ...]] = {
    LayoutUpdate.__init__: ("self", "strips", "region"),
    ChopsUpdate.__init__: ("self", "chops", "spans", "chop_ends"),
    Strip.render_ansi: ("style", "color_system"),
    Widget._check_refresh: ("self",),
    App._display: ("self", "screen", "renderable"),
}
"""What is no promise of Textual's, as it is in 8.2.8."""


class Sparing(App[int]):
    """Sends only what differs from what the terminal shows."""

    def __init__(self) -> None:
        super().__init__()
        self._frames = Frames()
        self._spares = os.environ.get(SWITCH) != STOCK and _is_known()

    @on(Driver.CaughtUp)
    def draw_anew(self) -> None:
        """Draws all of it: what the terminal shows is not what was sent."""
        self._frames.forget()
        self.refresh()

    def draw_together(self, widgets: Iterable[Widget]) -> None:
        """Has the next frame show what all of these have to repaint.

        Each tells the screen once it is idle, and a frame may be drawn by then.
        """
        for widget in widgets if self._spares else ():
            widget._check_refresh()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        driver = self._driver
        if renderable is None or not self._spares or not isinstance(driver, Driver):
            super()._display(screen, renderable)
            return
        if not isinstance(renderable, LayoutUpdate | ChopsUpdate):
            self._frames.forget()
            super()._display(screen, renderable)
            return
        if self._running and not self._closed and not self._batch_count:
            system = self.console._color_system or ColorSystem.TRUECOLOR
            cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
            frame = self._frames.sent(renderable, system, cursor)
            if len(frame) > AT_ONCE and self._sync_available:
                frame = f"{SYNC_START}{frame}{SYNC_END}"
            driver.draw(frame)
        self.post_display_hook()


def _is_known() -> bool:
    """Whether Textual is as it was when this was made; else it draws as it sees fit."""
    return all(tuple(signature(each).parameters) == names for each, names in LEANT_ON.items())
