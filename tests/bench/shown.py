"""Another domain is selected: how long until its snapshots are on the screen."""

from __future__ import annotations

import re

from tests.bench.bench import LARGE, MANY, Bench, phase, useful
from tests.bench.daemon import Daemon
from tests.bench.fleet import Fleet
from tests.bench.program import Program
from tests.terminal.keys import spelled


def measure(bench: Bench) -> None:
    """Each of ten snapshots, and of a hundred: before everything is read, and afterwards."""
    for daemon in (bench.daemon(MANY), bench.daemon(100, 100)):
        for _ in range(3 if bench.quick else 7):
            with bench.kvmtui(daemon.uri, LARGE) as program:
                program.until(useful, at_once=True)
                _select(bench, program, daemon, "G", daemon.fleet.domains - 1, "fresh")
            daemon.rest()
        with bench.kvmtui(daemon.uri, LARGE) as program:
            program.until(useful)
            daemon.loaded()
            for number in range(1, bench.presses // 2):
                _select(bench, program, daemon, "j", number, "known")
        daemon.rest()


def _select(
    bench: Bench, program: Program, daemon: Daemon, key: str, number: int, name: str
) -> None:
    """The rows that are there in the end are looked for in what was drawn before."""
    rows = re.compile(rf"[●○‖] {Fleet.snapshot(number, 1)[:-3]}")
    phase()
    sent = program.send(spelled(key)[0])
    program.settle(0.3, 3)
    wanted = max(len(rows.findall(program.text)), 1)
    took = program.until(lambda text: len(rows.findall(text)) >= wanted, sent)
    bench.figures.add(f"shown/{daemon.fleet.snapshots}/{name}", took)
