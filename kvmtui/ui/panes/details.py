"""What is known of the selected snapshot, below the tree."""

from __future__ import annotations

from rich.text import Text
from textual.reactive import reactive
from textual.widgets import Static

from kvmtui.render import snapshots
from kvmtui.ui.view import View


class Details(Static):
    """A few lines; as many as the screen has room for."""

    view: reactive[View] = reactive(View, repaint=False)
    """Bound to the screen's."""

    def __init__(self) -> None:
        super().__init__(id="details", markup=False)
        self._shown = Text()

    def watch_view(self, view: View) -> None:
        domain, name = view.domain, view.snapshot
        told = snapshots.details(domain, name, view.now, view.inside) if domain else ()
        text = Text("\n").join(told)
        if text != self._shown:
            self._shown = text
            self.update(text, layout=False)
