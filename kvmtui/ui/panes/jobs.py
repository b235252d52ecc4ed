"""The strip of jobs: there while something runs, and until its result was seen."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from time import monotonic
from typing import TYPE_CHECKING

from rich.text import Text
from textual.reactive import reactive

from kvmtui.plans.plan import Refusal
from kvmtui.plans.same import Same
from kvmtui.render import jobs
from kvmtui.render.row import BAD, GOOD, WARN, Row
from kvmtui.render.words import safe
from kvmtui.ui.later import later
from kvmtui.ui.panes.pane import Pane
from kvmtui.ui.view import View

if TYPE_CHECKING:
    from kvmtui.host.perform import Outcome


PACE = 0.25
"""Seconds between two figures of the same jobs: nobody reads them faster."""


class Jobs(Pane):
    """Running jobs of all domains, then the results that nobody has dismissed yet."""

    NUMBER = 5
    TITLE = "jobs"

    results: reactive[tuple[Outcome, ...]] = reactive((), repaint=False)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: Hashable = None
        """What its height was made for."""
        self._told = 0.0
        """When the figures were drawn."""
        self._waiting = False
        """Newer ones are due."""

    def basis(self, view: View) -> Hashable:
        return Same(view.world), view.now, Same(self.results)

    def drawn(self, view: View, width: int) -> tuple[Row, ...]:
        told = [Row(("result", n), _result(o)) for n, o in enumerate(self.results)]
        return (*jobs.rows(view.world, width, view.now), *told)

    def subject(self, view: View) -> None:
        """Always those of all domains."""

    def title(self, view: View) -> str:
        """Also the keys for the selected job, which the last line of the screen has no room for."""
        return " · ".join((self.TITLE, *(_keys(view) if self.rows else ())))

    def draw(self) -> None:
        super().draw()
        shown = Same(self.view.world), Same(self.results), len(self.rows)
        if shown != self._shown:
            self._shown = shown
            self._make_room()

    def _make_room(self) -> None:
        busy = any(d.busy or d.jobs for host in self.view.world.hosts for d in host.domains)
        self.display = busy or bool(self.results)
        self.screen.set_class(self.display, "-working")
        self.styles.height = min(max(len(self.rows), 1), 4) + 1

    def show(self, rows: tuple[Row, ...]) -> None:
        """Shows at once what is new, and other figures of the same in their time."""
        soon = self._told + PACE - monotonic()
        if soon > 0 and [row.key for row in rows] == [row.key for row in self.rows]:
            if not self._waiting:
                self._waiting = True
                later(self, soon, self._tell)
            return
        self._told = monotonic()
        super().show(rows)

    def _tell(self) -> None:
        self._waiting, self._basis = False, None
        self.draw()

    def on_resize(self) -> None:
        """Rows of another width are other rows."""
        self._told = 0.0

    def watch_results(self) -> None:
        self.draw()


def _keys(view: View) -> Iterator[str]:
    """What can be done about a job."""
    from kvmtui.ui.forms import jobs as forms
    from kvmtui.ui.forms import pace

    for key, form in (("x cancels", forms.cancel), ("P switches over", forms.finish)):
        if not isinstance(form(view), Refusal):
            yield key
    if not isinstance(pace.form(view), Refusal):
        yield "b limits"


def _result(outcome: Outcome) -> Text:
    glyph, style = ("✔ ", WARN if outcome.unmet else GOOD) if outcome.ok else ("✘ ", BAD)
    return Text.assemble((glyph, style), safe(outcome.says))
