"""The pane of domains."""

from __future__ import annotations

from collections.abc import Hashable

from kvmtui.model.world import Link
from kvmtui.plans.same import Same
from kvmtui.render import domains
from kvmtui.render.row import Row
from kvmtui.render.words import safe
from kvmtui.ui.panes.pane import Pane
from kvmtui.ui.view import View


class Domains(Pane):
    """Every domain of every host."""

    NUMBER = 1
    TITLE = "domains"

    def basis(self, view: View) -> Hashable:
        waits = any(host.link is not Link.OPEN or host.silent for host in view.world.hosts)
        return Same(view.world), view.now if waits else None

    def drawn(self, view: View, width: int) -> tuple[Row, ...]:
        return domains.rows(view.world, width, view.now)

    def subject(self, view: View) -> None:
        """Always all of them."""

    def title(self, view: View) -> str:
        if len(view.world.hosts) != 1:
            return self.TITLE
        host = view.world.hosts[0]
        if host.link is Link.OPENING:
            return self.TITLE
        told = (self.TITLE, "read-only" if host.readonly else "", safe(host.facts.name))
        return " · ".join(filter(None, told))
