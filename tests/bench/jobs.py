"""Bytes of what moves by itself: jobs that tell twenty times a second how far they are.

The bench's own domains are off and have none, so the screen stands over hosts that do not exist.
"""

from __future__ import annotations

import sys
import time

from tests.bench.bench import Bench
from tests.bench.figures import Figures
from tests.bench.program import Program
from tests.terminal import made

DOMAINS, RATE = "20", "20"


def measure(bench: Bench) -> None:
    for jobs in (1, 4):
        argv = [sys.executable, "-m", made.__name__, str(bench.state), DOMAINS, str(jobs), RATE]
        for _ in range(1 if bench.quick else 3):
            with Program(argv, XDG_STATE_HOME=str(bench.state)) as program:
                program.until(lambda text, wanted=jobs: text.count("active commit") == wanted)  # type: ignore[misc]
                time.sleep(1.0)
                watch(program, bench.figures, jobs)


def watch(program: Program, figures: Figures, jobs: int, seconds: float = 10.0) -> None:
    """Notes what a program writes while so many jobs run, and nobody presses a key."""
    began = time.perf_counter()
    time.sleep(seconds)
    written, updates = len(program.written(since=began)), program.count(since=began)
    figures.add(f"jobs/{jobs}/bytes-a-second", written / seconds)
    figures.add(f"jobs/{jobs}/updates-a-second", updates / seconds)
    if updates:
        figures.add(f"jobs/{jobs}/bytes-an-update", written / updates)
