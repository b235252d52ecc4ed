"""The pane of disk chains."""

from __future__ import annotations

from collections.abc import Hashable

from kvmtui.plans.same import Same
from kvmtui.render.row import READING, Row, fitted
from kvmtui.ui.panes.pane import Pane
from kvmtui.ui.view import View

LOW = 9
"""Lines below which only the worst of what is wrong with a disk is told."""


class Chain(Pane):
    """Every disk of the selected domain with its layers."""

    NUMBER = 3
    TITLE = "disk chain"

    def basis(self, view: View) -> Hashable:
        return view.ref, Same(view.host), Same(view.domain), view.top, view.now, self._is_low

    @property
    def _is_low(self) -> bool:
        return self.scrollable_content_region.height < LOW

    def drawn(self, view: View, width: int) -> tuple[Row, ...]:
        host, domain = view.host, view.domain
        if host is None or domain is None:
            return ()
        if domain.config is None:
            return fitted((READING,), width)
        from kvmtui.render import chain  # with plans: not for the first screen

        marked = view.top[1:] if view.top and view.top[0] == view.ref else None
        return chain.rows(host, domain, width, marked, view.now, brief=self._is_low)
