"""The pane of disk chains."""

from __future__ import annotations

from kvmtui.render import chain
from kvmtui.render.row import Row
from kvmtui.ui.panes.pane import Pane
from kvmtui.ui.view import View


class Chain(Pane):
    """Every disk of the selected domain with its layers."""

    NUMBER = 3
    TITLE = "disk chain"

    def drawn(self, view: View, width: int) -> tuple[Row, ...]:
        host, domain = view.host, view.domain
        marked = view.top[1:] if view.top and view.top[0] == view.ref else None
        return chain.rows(host, domain, width, marked) if host and domain else ()
