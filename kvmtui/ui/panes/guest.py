"""The pane of the guest agent."""

from __future__ import annotations

from kvmtui.render import guest
from kvmtui.render.row import Row
from kvmtui.ui.panes.pane import Pane
from kvmtui.ui.view import View


class GuestAgent(Pane):
    """What the selected domain says from within."""

    NUMBER = 4
    TITLE = "guest agent"

    def drawn(self, view: View, width: int) -> tuple[Row, ...]:
        return guest.rows(view.domain, width) if view.domain else ()
