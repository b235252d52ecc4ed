"""What a key would have acted on, had nobody taken it away meanwhile.

A cursor whose thing is gone stands on a neighbour, and a mark is lost with what was marked. The
next key that changes anything may have been pressed for what is gone, so it is not obeyed, once,
and that is told.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from os.path import basename

from kvmtui.model.value import replace
from kvmtui.model.world import Ref, World
from kvmtui.render.snapshots import HERE
from kvmtui.render.words import safe
from kvmtui.ui.commands import Command
from kvmtui.ui.lines import Lines
from kvmtui.ui.view import View

SNAPSHOTS = ("revert", "delete", "edit", "adopt")
LAYERS = ("commit", "pull", "move")
JOBS = ("cancel", "finish", "bandwidth")
"""Commands by what they act on, besides the selected domain."""


class Vanished:
    """Looks at what the cursors have lost; ``pane`` finds them by the ids of their panes."""

    def __init__(self, pane: Callable[[str], Lines]) -> None:
        self._pane = pane
        self._names: dict[Ref, str] = {}
        """The last known name of every domain that ever was on the screen."""
        self._orders: dict[str, Mapping[str, int]] = {}
        """By which lists of domains that is, by the URIs of the hosts."""

    def know(self, world: World) -> None:
        """What domains are called, should they be gone later; they change with the list only."""
        for host in world.hosts:
            if self._orders.get(host.uri) is not host.order:
                self._orders[host.uri] = host.order
                self._names |= {Ref(host.uri, domain.uuid): domain.name for domain in host.domains}

    def told(self, command: Command, view: View) -> str:
        """What is gone that the command would have concerned, else empty; then it is forgotten."""
        for lines in map(self._pane, _panes(command, view)):
            if lines.lost is not None:
                lost, lines.lost = self._called(lines.lost), None
                here = self._called(lines.key)
                now = f"; the cursor is on {here} now" if here else ""
                return f"{lost or 'it'} is gone{now}; {_again(command)}"
        if command.id == "delete" and view.missed_snapshots:
            names = ", ".join(f"“{safe(name)}”" for name in view.missed_snapshots)
            return f"{names}, which you had marked, is gone; {_again(command)}"
        if command.id == "commit" and view.missed_layer:
            layer = safe(basename(view.missed_layer))
            return f"{layer}, which you had marked, is gone; {_again(command)}"
        return ""

    def _called(self, key: Hashable) -> str:
        """What a row stands for; empty where that has no name."""
        match key:
            case Ref():
                return safe(self._names.get(key, ""))
            case str():
                return f"“{safe(key)}”"
            case (str(uri), str(uuid), str(disk)):
                return f"the job of {disk} of {safe(self._names.get(Ref(uri, uuid), ''))}"
            case (str(), str(name)):
                return safe(basename(name))
        return "the present state" if key == HERE else ""


def forgiven(view: View) -> View:
    """Nothing that was marked is missed any more."""
    return replace(view, missed=frozenset(), top=None if view.missed_layer else view.top)


def _panes(command: Command, view: View) -> tuple[str, ...]:
    """Ids of the panes whose cursors the command goes by."""
    if not command.dangerous:
        return ()
    if command.id in JOBS:
        return ("jobs",)
    if command.id in LAYERS or (command.id == "delete" and view.pane == "chain"):
        return ("domains", "chain")
    return ("domains", "snapshots") if command.id in SNAPSHOTS else ("domains",)


def _again(command: Command) -> str:
    return f"{command.shown_keys} again if that is meant"
