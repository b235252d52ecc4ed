"""What is known of the selected snapshot, or layer, below the tree."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static

from kvmtui.model.domain import Domain
from kvmtui.model.world import Host
from kvmtui.render import details, silence
from kvmtui.render.row import WARN
from kvmtui.ui.view import View


class Details(Static):
    """A few lines; as many as the screen has room for."""

    def __init__(self) -> None:
        super().__init__(id="details", markup=False)
        self._shown = Text()

    def show(self, view: View) -> None:
        """What is known of what this view looks at."""
        text = Text("\n").join(_told(view))
        if text != self._shown:
            self._shown = text
            self.update(text, layout=False)


def _told(view: View) -> tuple[Text, ...]:
    host, domain = view.host, view.domain
    if host is None or domain is None:
        return ()
    told = _of_layer(host, domain, view) or details.told(domain, view.snapshot, view.inside)
    late = silence.of_domain(domain, view.now)
    return (Text(late, WARN), *told) if late else told


def _of_layer(host: Host, domain: Domain, view: View) -> tuple[Text, ...]:
    if view.pane != "chain":
        return ()
    from kvmtui.render import layer

    return layer.details(host, domain, view.disk, view.layer)
