"""Keys and the end while the daemon does not answer, and the end when it does."""

from __future__ import annotations

import shutil
import time
from contextlib import nullcontext

from tests.bench import bare
from tests.bench.bench import MANY, Bench, phase, useful
from tests.bench.keys import steer
from tests.bench.program import Program

HANGS = 1.0
"""Seconds after which some call to a stopped daemon hangs for sure."""


def keys(bench: Bench) -> None:
    """A daemon stopped by SIGSTOP, with everything read before."""
    daemon = bench.daemon(MANY)
    for _ in range(2 if bench.quick else 4):
        with bench.kvmtui(daemon.uri) as program:
            program.until(useful)
            daemon.loaded()
            program.settle(0.5)
            with daemon.stopped():
                time.sleep(HANGS)
                steer(bench, program, "stopped")
        daemon.rest()


def leave(bench: Bench) -> None:
    """Each in its turn."""
    for _ in range(bench.rounds):
        with bench.bare() as program:
            program.until(lambda text: bare.SAYS in text)
            _quit(bench, program, "bare")
        if shutil.which("htop"):
            with Program(["htop"]) as program:
                program.until(lambda text: "Load average" in text)
                _quit(bench, program, "htop")
        for name in ("kvmtui", "hanging"):
            _kvmtui(bench, name)


def _kvmtui(bench: Bench, name: str) -> None:
    daemon = bench.daemon(10)
    with bench.kvmtui(daemon.uri) as program:
        program.until(useful)
        daemon.rest()
        program.settle()
        with daemon.stopped() if name == "hanging" else nullcontext():
            if name == "hanging":
                program.press("f5")
                time.sleep(HANGS)
            _quit(bench, program, name)
    daemon.rest()


def _quit(bench: Bench, program: Program, name: str) -> None:
    phase()
    end = program.quit()
    bench.figures.add(f"quit/{name}", end.gone)
    bench.figures.add(f"quit/{name}/left", float(not end.restored))
