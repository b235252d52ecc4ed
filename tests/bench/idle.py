"""What it costs that the program is there while nothing happens."""

from __future__ import annotations

import shutil
import time
from contextlib import ExitStack

from tests.bench.bench import MANY, Bench, useful
from tests.bench.program import Program
from tests.bench.relay import calls, relayed

FEW = 10

MINUTE = 60.0


def measure(bench: Bench) -> None:
    """All at the same time: together they use less than a hundredth of a processor."""
    seconds = 15.0 if bench.quick else MINUTE
    with ExitStack() as stack:
        many = bench.daemon(MANY)
        watched = {"kvmtui": stack.enter_context(bench.kvmtui(many.uri))}
        relays = {
            domains: stack.enter_context(relayed(bench.daemon(domains))) for domains in (FEW, MANY)
        }
        through = [stack.enter_context(bench.kvmtui(relay.uri)) for relay in relays.values()]
        for program in (watched["kvmtui"], *through):
            program.until(useful)
        many.loaded()
        watched["bare"] = stack.enter_context(bench.bare())
        if shutil.which("htop"):
            watched["htop"] = stack.enter_context(Program(["htop"]))
        time.sleep(3)
        began = time.perf_counter()
        before = {name: program.processor for name, program in watched.items()}
        bench.say(f"  nothing for {seconds:g} s")
        time.sleep(seconds)
        for name, program in watched.items():
            spent = program.processor - before[name]
            took = time.perf_counter() - began
            bench.figures.add(f"idle/{name}/processor", 100 * spent / took)
            size = len(program.written(since=began))
            bench.figures.add(f"idle/{name}/bytes", size * MINUTE / took)
        for domains, relay in relays.items():
            asked = calls(relay.seen(), began, began + seconds)
            bench.say(f"  {domains} domains: {dict(asked)}")
            bench.figures.add(f"idle/{domains}/calls", asked.total() * MINUTE / seconds)
