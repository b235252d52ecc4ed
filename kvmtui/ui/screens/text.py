"""A page of text to read: help, the journal."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from kvmtui.render.words import safe
from kvmtui.ui.forgetful import Fleeting
from kvmtui.ui.sizes import Fitting


class TextScreen(ModalScreen[None], Fleeting[None], Fitting[None]):
    """Scrolls with the arrows; Escape, ``q`` and Enter close it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,J,question_mark", "app.pop_screen", show=False),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self, title: str, text: Text, *, at_end: bool = False) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._at_end = at_end

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="page") as page:
            page.border_title = Content(safe(self._title)).markup
            page.border_subtitle = "Escape closes"
            yield Static(self._text, markup=False)

    def on_mount(self) -> None:
        if not self.is_current:
            return  # closed before all of it was there
        page = self.query_one("#page", VerticalScroll)
        page.focus()
        if self._at_end:
            page.scroll_end(animate=False)

    def action_scroll(self, by: int) -> None:
        """A line up or down."""
        self.query_one("#page", VerticalScroll).scroll_relative(y=by, animate=False)
