"""What the panes have in common: they draw a view, and again when their width changes."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive

from kvmtui.render.row import Row
from kvmtui.ui.lines import Lines
from kvmtui.ui.view import View


class Pane(Lines):
    """A numbered, framed list of lines."""

    NUMBER = 0
    TITLE = ""

    view: reactive[View] = reactive(View, repaint=False)
    """Bound to the screen's."""

    def drawn(self, view: View, width: int) -> tuple[Row, ...]:
        """The rows for this view, each at most ``width`` columns."""
        raise NotImplementedError

    def title(self, view: View) -> str:
        """What stands in the frame."""
        return self.TITLE

    def draw(self) -> None:
        """Brings the rows up to date; nothing is repainted that stayed the same."""
        if self.room > 0:
            self.show(self.drawn(self.view, self.room))
        title = Content(f"{self.NUMBER} {self.title(self.view)}")
        if self.border_title != title.markup:
            self.border_title = title.markup

    def watch_view(self) -> None:
        self.draw()

    def on_resize(self) -> None:
        self.draw()
        self._reveal()
