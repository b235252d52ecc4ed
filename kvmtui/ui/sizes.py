"""The terminal's size, which may change many times in a moment: the last one counts."""

from __future__ import annotations

from typing import Any, TypeVar

from textual import events
from textual.geometry import Size
from textual.reactive import Reactive
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from kvmtui.ui.sparing import Sparing

T = TypeVar("T")


class Sized(Sparing):
    """Loses no size, and draws everything anew whenever the terminal tells of one."""

    def on_resize(self, _event: events.Resize) -> None:
        """Draws all of it, though the size may be the one from before.

        A terminal that was smaller for a moment has lost what it showed outside of that, and
        Textual draws only what has changed.
        """
        self.draw_anew()

    def set_timer(self, *args: Any, **options: Any) -> Timer:
        """A timer that is late is not dropped (see ``later``): Textual waits with sizes for one."""
        timer = super().set_timer(*args, **options)
        timer._skip = False
        return timer


class Fitting(Screen[T]):
    """Is laid out for the size that the terminal has, whatever size a message tells.

    A layout tells its own screen the size that it was made for. Textual takes that message for the
    newer of two when the next size has come meanwhile, and then drops the next size.

    It has the classes of that size from the first layout on, which need not be made again then.
    """

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """A change of it repaints the two widgets that it concerns, and not the whole screen."""

    def on_mount(self) -> None:
        width, height = self.app.size
        for length, points in (
            (width, self.app.HORIZONTAL_BREAKPOINTS),
            (height, self.app.VERTICAL_BREAKPOINTS),
        ):
            fitting = self._get_breakpoint_classes(length, points or [])
            self.update_classes({name: name in fitting for _, name in points or []}, update=False)

    def _screen_resized(self, _size: Size) -> None:
        if self.app.size != self.outer_size:
            super()._screen_resized(self.app.size)
