"""What is remembered of screens, so that it does not grow with their number."""

from __future__ import annotations

from typing import Any, TypeVar

from textual._styles_cache import StylesCache
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets._toast import ToastHolder

T = TypeVar("T")


class Forgetful(App[int]):
    """Forgets screens and notices that are gone, and all that was drawn of them."""

    def pop_screen(self) -> AwaitComplete:
        """And with it what those before it have left."""
        _forget_colours()
        return super().pop_screen()

    def clear_notifications(self) -> None:
        """Textual 8.2.8 takes toasts away, and leaves what held them."""
        super().clear_notifications()
        _forget_colours()
        for screen in self.screen_stack:
            screen.query(ToastHolder).remove()


def _forget_colours() -> None:
    """Textual 8.2.8 remembers those of the last thousand widgets, and by them all that was drawn.

    What is on the screen is looked up anew.
    """
    colours: Any = StylesCache.get_inner_outer
    colours.cache_clear()


class Fleeting(Screen[T]):
    """A screen that comes and goes, and begins nothing once it goes."""

    def set_interval(self, *args: Any, **options: Any) -> Timer:
        """Textual 8.2.8 begins to wait for redraws at the first of them, even if that is the last.

        Nobody would end that any more, and the screen would be kept by it.
        """
        timer = super().set_interval(*args, **options)
        if self._closing:
            timer.stop()
        return timer
