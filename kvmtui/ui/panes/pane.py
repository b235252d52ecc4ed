"""What the panes have in common: they draw a view, and again when their width changes."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

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

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._subject: Hashable = None
        self._basis: Hashable = None
        """What the rows were made of."""

    def basis(self, view: View) -> Hashable:
        """What the rows are made of, besides the width; what is large, to be compared by identity.

        A key changes little of a view, and most panes draw none of that.
        """
        raise NotImplementedError

    def drawn(self, view: View, width: int) -> tuple[Row, ...]:
        """The rows for this view, each at most ``width`` columns."""
        raise NotImplementedError

    def title(self, view: View) -> str:
        """What stands in the frame."""
        return self.TITLE

    def subject(self, view: View) -> Hashable:
        """Whose rows these are; of another, rows with equal keys are other things."""
        return view.ref

    def draw(self) -> None:
        """Brings the rows up to date; nothing is repainted that stayed the same."""
        basis = (self.room, self.basis(self.view))
        if self.room > 0 and basis != self._basis:
            self._basis = basis
            other = self.subject(self.view) != self._subject
            self.lost = None if other else self.lost
            self.show(self.drawn(self.view, self.room))
            self.lost = None if other else self.lost
            self._subject = self.subject(self.view)
        title = Content(f"{self.NUMBER} {self.title(self.view)}")
        if self.border_title != title.markup:
            self.border_title = title.markup

    def watch_view(self) -> None:
        self.draw()

    def on_resize(self) -> None:
        self.draw()
        self._reveal()

    def _size_updated(self, *sizes: Any, **options: Any) -> bool:
        """Draws already what the frame shows that is made for the new size, not only the next."""
        changed = super()._size_updated(*sizes, **options)
        if changed:
            self.on_resize()
        return changed
