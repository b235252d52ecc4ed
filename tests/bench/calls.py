"""What kvmtui asks the daemon, and when it has all answers; and how far away a daemon may be."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from itertools import pairwise
from math import inf

from tests.bench.bench import MANY, Bench, useful
from tests.bench.fleet import DOMAIN
from tests.bench.program import surroundings
from tests.bench.relay import calls, relayed
from tests.lab.virsh import Virsh

AFTERWARDS = 3.0
"""Seconds."""

GAP = 0.5
"""Seconds after which an answer is not of the same loading: it belongs to a later look."""

TRIPS = (0, 20, 100)
"""Milliseconds that a call and its answer are on the way."""


def measure(bench: Bench) -> None:
    for domains in (10, MANY):
        for number in range(2 if bench.quick else 3):
            _start(bench, domains, tell=number == 0)
        _virsh(bench, domains)
    for _ in range(3 if bench.quick else 7):
        _direct(bench)
        for trip in TRIPS:
            _far_away(bench, trip)


def _start(bench: Bench, domains: int, *, tell: bool) -> None:
    daemon = bench.daemon(domains)
    with relayed(daemon) as relay, bench.kvmtui(relay.uri) as program:
        first = program.began + program.until(useful) / 1000
        time.sleep(max(first + AFTERWARDS - time.perf_counter(), 0))
        seen = relay.seen()
    before, after = calls(seen, program.began, first), calls(seen, first, first + AFTERWARDS)
    if tell:
        bench.say(f"  {domains} domains, until the screen: {_told(before)}")
        bench.say(f"  {domains} domains, {AFTERWARDS:g} s later: {_told(after)}")
    bench.figures.add(f"calls/{domains}/start", before.total())
    bench.figures.add(f"calls/{domains}/soon", after.total())
    daemon.rest()


def loaded(answers: list[float], wanted: int, gap: float = GAP) -> float:
    """When so many answers, and what came with them, were there; infinite when they never were."""
    ordered = [*sorted(answers), inf]
    rest = ordered[max(wanted - 1, 0) :]
    return next((at for at, later in pairwise(rest) if later - at > gap), inf)


def _direct(bench: Bench) -> None:
    """When all names and fields were known, with nothing between the reading and the daemon."""
    daemon = bench.daemon(MANY)
    daemon.rest()
    told = subprocess.run(
        [sys.executable, "-m", "tests.bench.loader", daemon.uri],
        env=surroundings(),
        capture_output=True,
        check=True,
    )
    for name, took in json.loads(told.stdout).items():
        bench.figures.add(f"loaded/{MANY}/{name}", took)


def _virsh(bench: Bench, domains: int) -> None:
    """What virsh asks for a list of the same domains."""
    with relayed(bench.daemon(domains)) as relay:
        Virsh(relay.uri)("list", "--all")
        asked = calls(relay.seen(), 0, time.perf_counter())
        bench.figures.add(f"calls/{domains}/virsh", asked.total())


def _far_away(bench: Bench, trip: int) -> None:
    with relayed(bench.daemon(MANY), trip) as relay, bench.kvmtui(relay.uri) as program:
        took = program.until(lambda text: DOMAIN.search(text))
        bench.figures.add(f"far/{trip}", took)


def _told(counted: Counter[str]) -> str:
    each = ", ".join(f"{name} {count}" for name, count in counted.most_common())
    return f"{counted.total()} calls ({each})"
