"""Pages of text that libvirt is asked for when they are opened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from kvmtui.host.base import HostError
from kvmtui.model.value import Value
from kvmtui.render.row import BAD, QUIET
from kvmtui.render.words import safe
from kvmtui.ui.screens.text import TextScreen


class Page(Value):
    """One of the pages; its text is read each time it is turned to."""

    name: str
    """What the page before says of it: next start, …"""
    title: str
    read: Callable[[], Awaitable[Text]]


class Reading(TextScreen):
    """Opens at once and says what came of the reading; Tab turns to the next page."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab,v", "turn", show=False)]

    def __init__(self, *pages: Page) -> None:
        super().__init__(pages[0].title, Text())
        self._pages = pages
        self._place = 0

    def on_mount(self) -> None:
        super().on_mount()
        if self.is_current:
            self._open()

    def action_turn(self) -> None:
        """The next page, and after the last one the first."""
        if len(self._pages) > 1:
            self._place = (self._place + 1) % len(self._pages)
            self._open()

    def _open(self) -> None:
        frame = self.query_one("#page", VerticalScroll)
        page, following = self._pages[self._place], self._pages[self._place + 1 - len(self._pages)]
        frame.border_title = Content(safe(page.title)).markup
        turns = f"Tab: {following.name} · " if following is not page else ""
        frame.border_subtitle = f"{turns}Escape closes"
        frame.scroll_home(animate=False)
        self.query_one(Static).update(Text("reading …", QUIET))
        self._fill(page)

    @work(exclusive=True)
    async def _fill(self, page: Page) -> None:
        try:
            text = await page.read()
        except HostError as error:
            text = Text(safe(str(error)), BAD)
        self.query_one(Static).update(text)
