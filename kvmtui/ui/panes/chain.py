"""The pane of disk chains."""

from __future__ import annotations

from kvmtui.render import chain
from kvmtui.render.row import Row
from kvmtui.ui.panes.pane import Pane
from kvmtui.ui.view import View

LOW = 9
"""Lines below which only the worst of what is wrong with a disk is told."""


class Chain(Pane):
    """Every disk of the selected domain with its layers."""

    NUMBER = 3
    TITLE = "disk chain"

    def drawn(self, view: View, width: int) -> tuple[Row, ...]:
        host, domain = view.host, view.domain
        if host is None or domain is None:
            return ()
        marked = view.top[1:] if view.top and view.top[0] == view.ref else None
        brief = self.scrollable_content_region.height < LOW
        return chain.rows(host, domain, width, marked, view.now, brief=brief)
