"""Bytes of what moves by itself: for whoever has running jobs on the screen.

The bench's own domains are off, so it does not call this itself; the figures that come of it have
their budgets in the table like all others.
"""

from __future__ import annotations

import time

from tests.bench.figures import Figures
from tests.bench.program import BEGIN_FRAME, Program


def watch(program: Program, figures: Figures, jobs: int, seconds: float = 10.0) -> None:
    """Notes what a program writes while so many jobs run, and nobody presses a key."""
    began = time.perf_counter()
    time.sleep(seconds)
    written = program.written(since=began)
    frames = written.count(BEGIN_FRAME)
    figures.add(f"jobs/{jobs}/bytes-a-second", len(written) / seconds)
    figures.add(f"jobs/{jobs}/updates-a-second", frames / seconds)
    if frames:
        figures.add(f"jobs/{jobs}/bytes-an-update", len(written) / frames)
