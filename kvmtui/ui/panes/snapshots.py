"""The pane of snapshots: the tree of the selected domain, foldable."""

from __future__ import annotations

from collections.abc import Hashable
from typing import ClassVar

from textual.binding import Binding, BindingType

from kvmtui.model.domain import Domain
from kvmtui.model.world import Host
from kvmtui.plans.same import Same
from kvmtui.render import snapshots
from kvmtui.render.row import Row
from kvmtui.render.words import safe
from kvmtui.ui.panes.pane import Pane
from kvmtui.ui.view import View


class Snapshots(Pane):
    """``left`` folds what is below a snapshot away, ``right`` shows it again."""

    NUMBER = 2
    TITLE = "snapshots"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "fold", show=False),
        Binding("right,l", "unfold", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._folded: dict[str, set[str]] = {}
        """Folded names by the domain's uuid."""
        self._on = ""
        """uuid of the domain that the cursor was placed for."""

    def basis(self, view: View) -> Hashable:
        folded = frozenset(self._folded.get(view.domain.uuid, ())) if view.domain else None
        return view.ref, Same(view.host), Same(view.domain), folded, view.marked, view.now

    def drawn(self, view: View, width: int) -> tuple[Row, ...]:
        domain = view.domain
        if domain is None:
            return ()
        folded = self._folded.get(domain.uuid, ())
        stale = _stale(view.host, domain) if view.host and domain.config else ()
        return snapshots.rows(domain, width, view.now, folded, view.marked, stale)

    def title(self, view: View) -> str:
        whose = f" · {safe(view.domain.name)}" if view.domain else ""
        marked = f" · {len(view.marked)} marked" if view.marked else ""
        return f"{self.TITLE}{whose}{marked}"

    def draw(self) -> None:
        """On another domain the cursor goes to where that domain is now."""
        super().draw()
        domain = self.view.domain
        if self.rows and domain and domain.forest is not None and self._on != domain.uuid:
            self._on = domain.uuid
            self.select(domain.forest.current or snapshots.HERE)

    def action_fold(self) -> None:
        """Hides what is below the selected snapshot, or goes up to its parent."""
        domain, name = self.view.domain, self.key
        forest = domain.forest if domain else None
        if domain is None or forest is None or not isinstance(name, str):
            return
        folded = self._folded.setdefault(domain.uuid, set())
        snapshot = forest.get(name)
        if snapshot is not None and forest.children(name) and name not in folded:
            folded.add(name)
            self.draw()
        else:
            parent = snapshot.parent if snapshot else forest.current
            if parent is not None:
                self.select(parent)

    def action_unfold(self) -> None:
        """Shows again what is below the selected snapshot."""
        domain, name = self.view.domain, self.key
        if domain is not None and isinstance(name, str):
            self._folded.setdefault(domain.uuid, set()).discard(name)
            self.draw()


def _stale(host: Host, domain: Domain) -> frozenset[str]:
    from kvmtui.plans import health

    return health.stale(host, domain)
