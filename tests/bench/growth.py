"""How start, refresh, memory and keys grow with the number of domains."""

from __future__ import annotations

import time
from itertools import chain, cycle, islice, repeat

from tests.bench.bench import LARGE, Bench, phase, useful
from tests.bench.calls import loaded
from tests.bench.frames import REPLY
from tests.bench.keys import STEPS
from tests.bench.memory import SETTLED
from tests.bench.relay import relayed
from tests.terminal.keys import spelled

NUMBERS = (10, 100, 1000, 5000)

REFRESH = "f5"


def measure(bench: Bench) -> None:
    figures = bench.figures
    for domains in NUMBERS[:-1] if bench.quick else NUMBERS:
        daemon = bench.daemon(domains)
        for _ in range(3 if bench.quick else 7):
            with bench.kvmtui(daemon.uri, LARGE) as program:
                figures.add(f"growth/{domains}/start", program.until(useful))
            daemon.rest()
        with bench.kvmtui(daemon.uri, LARGE) as program:
            program.until(useful)
            daemon.loaded()
            time.sleep(SETTLED)
            figures.add(f"growth/{domains}/memory", program.memory)
            steps = chain(repeat("j", STEPS), repeat("k", STEPS))
            for key in islice(cycle(steps), bench.presses):
                phase()
                figures.add(f"growth/{domains}/key", program.press(key).last)
        daemon.rest()
        with relayed(daemon) as relay, bench.kvmtui(relay.uri, LARGE) as program:
            program.until(useful)
            daemon.loaded()
            for _ in range(3 if bench.quick else 7):
                time.sleep(1)
                sent = program.send(spelled(REFRESH)[0])
                time.sleep(1)
                answers = [each.at for each in relay.seen() if each.frame.kind == REPLY]
                after = [at for at in answers if at >= sent]
                figures.add(f"growth/{domains}/refresh", (loaded(after, 1, 0.2) - sent) * 1000)
        daemon.rest()
