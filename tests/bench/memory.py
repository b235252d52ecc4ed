"""What is kept in memory. Each alone: programs of the same libraries would share their size."""

from __future__ import annotations

import shutil
import time

from tests.bench import bare
from tests.bench.bench import LARGE, MANY, SMALL, Bench, sized, useful
from tests.bench.program import Program

SETTLED = 2.0
"""Seconds after the last answer."""


def measure(bench: Bench) -> None:
    for _ in range(1 if bench.quick else 3):
        for size in (SMALL, LARGE):
            with bench.bare(size) as program:
                program.until(lambda text: bare.SAYS in text)
                time.sleep(SETTLED)
                bench.figures.add(f"memory/{sized(size)}/bare", program.memory)
            for domains in (10, MANY):
                daemon = bench.daemon(domains)
                with bench.kvmtui(daemon.uri, size) as program:
                    program.until(useful)
                    daemon.loaded()
                    time.sleep(SETTLED)
                    bench.figures.add(f"memory/{domains}/{sized(size)}/kvmtui", program.memory)
                daemon.rest()
        if shutil.which("htop"):
            with Program(["htop"]) as program:
                program.until(lambda text: "Load average" in text)
                time.sleep(SETTLED)
                bench.figures.add("memory/80x24/htop", program.memory)
