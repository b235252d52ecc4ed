"""The pane of the guest agent."""

from __future__ import annotations

from collections.abc import Hashable

from kvmtui.plans.same import Same
from kvmtui.render import guest
from kvmtui.render.row import Row
from kvmtui.ui.panes.pane import Pane
from kvmtui.ui.view import View


class GuestAgent(Pane):
    """What the selected domain says from within."""

    NUMBER = 4
    TITLE = "guest agent"

    def basis(self, view: View) -> Hashable:
        return view.ref, Same(view.domain)

    def drawn(self, view: View, width: int) -> tuple[Row, ...]:
        return guest.rows(view.domain, width) if view.domain else ()
