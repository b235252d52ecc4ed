"""Connections made by hand, on which calls hang until a test lets them go."""

from __future__ import annotations

from threading import Event
from typing import Any, cast

from kvmtui.host.virt import Opener


class Line:
    """Stands for a connection."""

    def __init__(self, opener: Lines) -> None:
        self.opener = opener
        self.lives = True

    def hang(self, what: str) -> str:
        """Hangs while ``what`` does."""
        self.opener.calls.append(what)
        self.opener.gate(what).wait()
        return what

    def close(self) -> None:
        self.opener.open_now -= 1


class Lines:
    """An opener of such connections."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.open_now = 0
        self._gates: dict[str, Event] = {}

    def open(self) -> Line:
        self.open_now += 1
        return Line(self)

    def gate(self, what: str) -> Event:
        """Closed once somebody has asked for it, unless it was let go."""
        made = self._gates.get(what)
        if made is None:
            made = self._gates[what] = Event()
            made.set()
        return made

    def stop(self, *names: str) -> None:
        """Calls of these hang from now on."""
        for name in names:
            self.gate(name).clear()

    def go_on(self) -> None:
        """Everybody goes on."""
        for gate in self._gates.values():
            gate.set()

    @property
    def opener(self) -> Opener:
        return cast(Opener, self)


HANG: Any = Line.hang
