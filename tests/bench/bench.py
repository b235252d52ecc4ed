"""What every section measures with: programs, daemons, and a book for the figures."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import bare
from tests.bench.daemon import Daemon, Daemons
from tests.bench.figures import Figures
from tests.bench.fleet import DOMAIN, SNAPSHOT, Fleet
from tests.bench.program import Program

SMALL, LARGE = (80, 24), (200, 50)

MANY = 1000
"""Domains of the large fleet, with ten snapshots each."""

PHASE = 0.03
"""Seconds: keys come at any moment of a program's timers."""


def sized(size: tuple[int, int]) -> str:
    """How a size of a terminal is called."""
    return f"{size[0]}x{size[1]}"


def useful(text: str) -> bool:
    """Whether a screen shows a domain and a snapshot."""
    return bool(DOMAIN.search(text) and SNAPSHOT.search(text))


def phase() -> None:
    """Waits for no time in particular."""
    time.sleep(random.uniform(0, PHASE))


@dataclass
class Bench:
    """One run of the bench. Daemons are started when they are asked for, and end with the run."""

    daemons: Daemons
    stack: ExitStack
    program: Sequence[str]
    """The command that is measured; the option for the host comes after it."""
    state: Path
    quick: bool
    say: Callable[[str], None]
    figures: Figures = field(default_factory=Figures)
    _running: dict[Fleet, Daemon] = field(default_factory=dict)

    @property
    def rounds(self) -> int:
        """How often a start is measured."""
        return 3 if self.quick else 9

    @property
    def presses(self) -> int:
        """How often a key is pressed."""
        return 20 if self.quick else 64

    def daemon(self, domains: int, snapshots: int = 10) -> Daemon:
        """The daemon of a fleet, at rest."""
        fleet = Fleet(domains, snapshots)
        if fleet not in self._running:
            self.say(f"  a daemon with {domains} domains of {snapshots} snapshots")
            self._running[fleet] = self.stack.enter_context(self.daemons.running(fleet))
        return self._running[fleet]

    def kvmtui(self, uri: str, size: tuple[int, int] = SMALL, *, colours: bool = True) -> Program:
        """The program that is measured, in a terminal."""
        columns, rows = size
        return Program(
            [*self.program, "-c", uri],
            columns=columns,
            rows=rows,
            colours=colours,
            XDG_STATE_HOME=str(self.state),
        )

    def bare(self, size: tuple[int, int] = SMALL) -> Program:
        """The least that a Textual app can be, by the same Python."""
        columns, rows = size
        return Program([sys.executable, bare.__file__], columns=columns, rows=rows)
