"""When a new world is drawn: soon what is looked at, and now and then what goes on beside it."""

from __future__ import annotations

import time
from collections.abc import Callable

from kvmtui.model.value import replace
from kvmtui.model.world import Host, Ref, World
from kvmtui.ui.later import later
from kvmtui.ui.typed_ahead import TypedAhead

FRAME = 1 / 30
"""Seconds between two worlds that are drawn; those that come meanwhile are never seen."""

AT_ONCE = 0.003
"""Seconds until what is looked at is drawn after a rest: what is told together is one world."""

BESIDE = 0.25
"""The same for domains that are not looked at, of which thousands may be read one by one."""

MOST = 2.0
"""Seconds for which such a redraw waits for a rest between keys."""


class Redraws:
    """Has worlds drawn, each at most once, and the last one in any case."""

    def __init__(self, app: TypedAhead, draw: Callable[[], None]) -> None:
        self._app = app
        self._draw = draw
        self._due = False
        self._drawn = 0.0
        """When that was done last, by the monotonic clock."""
        self._beside = 0.0
        """Seconds for which a redraw of what is not looked at has waited; 0 when none is due."""

    def changed(self, before: World, now: World, ref: Ref | None) -> None:
        """The world is another; what was drawn last is ``before``, and ``ref`` is looked at."""
        if _is_seen(before, now, ref):
            if not self._due:
                self._due = True
                left = self._drawn + FRAME - time.monotonic()
                later(self._app, max(left, AT_ONCE), self._redraw)
        elif not self._beside:
            self._wait()

    def _wait(self) -> None:
        self._beside += BESIDE
        later(self._app, BESIDE, self._rest)

    def _rest(self) -> None:
        if self._app.rested < BESIDE and self._beside < MOST:
            self._wait()
        else:
            self._redraw()

    def _redraw(self) -> None:
        self._due, self._beside = False, 0.0
        if self._app.is_running:  # else the panes go one by one
            self._draw()
            self._drawn = time.monotonic()


def _is_seen(before: World, now: World, ref: Ref | None) -> bool:
    """Whether more is different than domains that nobody looks at."""
    if [*map(_bare, before.hosts)] != [*map(_bare, now.hosts)]:
        return True
    (_, shown), (_, found) = before.find(ref) or _NONE, now.find(ref) or _NONE
    return shown is not found


_NONE = None, None


def _bare(host: Host) -> tuple[Host, int]:
    return replace(host, domains=()), len(host.domains)
