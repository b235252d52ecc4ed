"""What kvmtui asks the daemon, and when it has all answers; and how far away a daemon may be."""

from __future__ import annotations

import time
from collections import Counter
from itertools import pairwise
from math import inf

from tests.bench.bench import MANY, Bench, useful
from tests.bench.fleet import DOMAIN
from tests.bench.frames import CALL, REPLY, SNAPSHOT_LISTS, SNAPSHOT_XML
from tests.bench.relay import calls, relayed
from tests.lab.virsh import Virsh

AFTERWARDS = 3.0
"""Seconds."""

GAP = 0.5
"""Seconds after which an answer is not of the same loading: it belongs to a later look."""

SKETCH = 3
"""Calls by which the names, the kinds and the current mark of one domain's snapshots are told."""

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
        daemon.loaded()
        seen = relay.seen()
        soon = time.perf_counter()
        program.settle()
    before = calls(seen, program.began, first)
    if tell:
        bench.say(f"  {domains} domains, until the screen: {_told(before)}")
        bench.say(f"  {domains} domains, later: {_told(calls(seen, first, soon))}")
    figures = bench.figures
    figures.add(f"calls/{domains}/start", before.total())
    figures.add(f"calls/{domains}/soon", calls(seen, first, first + AFTERWARDS).total())
    figures.add(f"calls/{domains}/all", calls(seen, program.began, soon).total())
    for name, procedures, each in (
        ("names", SNAPSHOT_LISTS, SKETCH),
        ("fields", SNAPSHOT_XML, daemon.fleet.snapshots),
    ):
        of_these = [frame for frame in seen if frame.frame.procedure in procedures]
        asked = sum(frame.frame.kind == CALL for frame in of_these)
        answers = [frame.at for frame in of_these if frame.frame.kind == REPLY]
        figures.add(f"calls/{domains}/{name}", asked)
        end = answered(answers, domains * each)
        figures.add(f"loaded/{domains}/{name}", (end - program.painted) * 1000)


def answered(answers: list[float], wanted: int) -> float:
    """When so many answers were there; infinite when they never were."""
    return sorted(answers)[wanted - 1] if len(answers) >= wanted else inf


def loaded(answers: list[float], wanted: int, gap: float = GAP) -> float:
    """When so many answers, and what came with them, were there; infinite when they never were."""
    ordered = [*sorted(answers), inf]
    rest = ordered[max(wanted - 1, 0) :]
    return next((at for at, later in pairwise(rest) if later - at > gap), inf)


def _direct(bench: Bench) -> None:
    """When the daemon was at rest without a proxy, which takes half a second for all calls.

    It may have worked on something else than snapshots in the end: they were read by then.
    """
    daemon = bench.daemon(MANY)
    with bench.kvmtui(daemon.uri) as program:
        rested = daemon.loaded()
        bench.figures.add(f"rested/{MANY}", (rested - program.painted) * 1000)
    daemon.rest()


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
