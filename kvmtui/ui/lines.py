"""A list of ready-made lines with a cursor, which repaints only the lines that changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from operator import is_
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from kvmtui.render.row import Row


class Lines(ScrollView, can_focus=True):
    """Shows rows that the render layer made. The cursor stays on its key when rows change."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--row", "lines--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home,g", "edge(-1)", show=False),
        Binding("end,G", "edge(1)", show=False),
    ]

    cursor = reactive(-1, repaint=False)
    """Index of the row the cursor stands on; -1 while no row can be selected."""

    class Moved(Message):
        """The cursor stands on another thing now."""

        def __init__(self, lines: Lines, key: Hashable) -> None:
            super().__init__()
            self.lines = lines
            self.key = key

        def can_replace(self, message: Message) -> bool:
            """Only the last place matters when keys come faster than they are shown."""
            return isinstance(message, Lines.Moved) and message.lines is self.lines

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: tuple[Row, ...] = ()
        self.lost: Hashable | None = None
        """The key that the cursor stood on when it vanished, until the cursor is moved by hand."""
        self.when_moved: Callable[[], object] = lambda: None
        """Called at once when the cursor was moved by hand, so that all is drawn in one frame."""

    @property
    def key(self) -> Hashable | None:
        """The key that the cursor stands on."""
        return self.rows[self.cursor].key if 0 <= self.cursor < len(self.rows) else None

    @property
    def room(self) -> int:
        """Columns that a row may take."""
        return self.scrollable_content_region.width

    def show(self, rows: tuple[Row, ...]) -> None:
        """Shows these rows, repainting what differs from those before."""
        before, key = self.rows, self.key
        if len(rows) == len(before) and all(map(is_, rows, before)):
            return  # what is not on the screen is never made only to be compared
        self.rows = rows
        self.set_reactive(ScrollView.virtual_size, Size(0, len(rows)))  # no scrollbar to lay out
        top = self.scroll_offset.y
        for index in range(top, top + self.size.height):
            if rows[index : index + 1] != before[index : index + 1]:
                self.refresh_lines(index)
        self._keep(key)
        self._count()

    def _keep(self, key: Hashable | None) -> None:
        """The cursor back onto its key, or near to where it was; tells when it is another."""
        if self.lost is None and self.key == key and self._can_stand(self.cursor):
            return
        choices = {row.key: n for n, row in enumerate(self.rows) if row.selectable}
        wanted = self.lost if self.lost in choices else key  # what is there again comes first
        same = choices.get(wanted, -1)
        if same < 0 and self.lost is None:
            self.lost = key
        elif self.lost in choices:
            self.lost = None
        before, now = self.cursor, same if same >= 0 else self._nearest(self.cursor)
        if now != before:
            self.set_reactive(Lines.cursor, now)
            self.refresh_lines(before)
            self.refresh_lines(now)
        if self.key != key:
            self.post_message(self.Moved(self, self.key))
            self._reveal()

    def _can_stand(self, index: int) -> bool:
        return 0 <= index < len(self.rows) and self.rows[index].selectable

    def _nearest(self, index: int) -> int:
        choices = [n for n, row in enumerate(self.rows) if row.selectable]
        return min(choices, key=lambda n: abs(n - index), default=-1)

    def select(self, key: Hashable) -> None:
        """Puts the cursor onto a key, if it is shown."""
        for index, row in enumerate(self.rows):
            if row.key == key and row.selectable:
                self.cursor = index

    def watch_cursor(self, before: int, now: int) -> None:
        self.lost = None
        for index in (before, now):
            if index >= 0:
                self.refresh_lines(index)
        self._reveal()
        self.post_message(self.Moved(self, self.key))

    def refresh_lines(self, y_start: int, line_count: int = 1) -> None:
        """Repaints rows, if they are on the screen."""
        top = y_start - self.scroll_offset.y
        if -line_count < top < self.size.height:
            self.refresh(Region(0, top, self.size.width, line_count))

    def _reveal(self) -> None:
        if self.cursor >= 0:
            above = 1 if self.cursor == 1 and not self.rows[0].selectable else 0
            region = Region(0, self.cursor - above, 1, 1 + above)
            self.scroll_to_region(region, animate=False, force=True, immediate=True)

    def _count(self) -> None:
        """Says in the border how many there are, when not all rows fit.

        Not where the cursor is: a frame that changes with every key repaints the whole pane.
        """
        hidden = len(self.rows) > self.scrollable_content_region.height > 0
        choices = sum(row.selectable for row in self.rows) if hidden else 0
        told = "" if not hidden else f"{choices} in all" if choices else "more below"
        if told != (self.border_subtitle or ""):
            self.border_subtitle = told

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self.size.width
        part = "lines--cursor" if index == self.cursor else "lines--row"
        style = self.get_component_rich_style(part)  # remembered, other than rich_style
        if index >= len(self.rows):
            return Strip.blank(width, style)
        strip = Strip(self.rows[index].text.render(self.app.console)).adjust_cell_length(width)
        return strip.apply_style(style)

    def action_move(self, by: int) -> None:
        """To the next row that can be selected; past the last one the view scrolls."""
        index = self.cursor + by
        while 0 <= index < len(self.rows) and not self.rows[index].selectable:
            index += by
        if 0 <= index < len(self.rows):
            self._go(index)
        else:
            self.scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """A screenful up or down."""
        height = self.scrollable_content_region.height
        if self.cursor < 0:
            self.scroll_relative(y=by * height, animate=False)
        else:
            self._go(self._nearest(self.cursor + by * max(height - 1, 1)))

    def action_edge(self, towards: int) -> None:
        """To the first or last row, which is meant also where the cursor stands there already."""
        self.lost = None
        self._go(self._nearest(0 if towards < 0 else len(self.rows)))

    def _go(self, index: int) -> None:
        self.cursor = index
        self.when_moved()

    def on_click(self, event: events.Click) -> None:
        index = event.y - self.gutter.top + self.scroll_offset.y
        if 0 <= index < len(self.rows) and self.rows[index].selectable:
            self._go(index)
