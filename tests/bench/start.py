"""How long it takes until there is something to work with, and what is written for it."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections.abc import Callable
from functools import partial

from tests.bench import bare
from tests.bench.bench import LARGE, MANY, SMALL, Bench, sized, useful
from tests.bench.daemon import Daemon
from tests.bench.program import BEGIN_FRAME, Program, surroundings


def measure(bench: Bench) -> None:
    """Everything once in each round, in another order each time: the machine is never the same."""
    contenders: list[Callable[[], None]] = []
    for domains in (1, 10, MANY):
        daemon = bench.daemon(domains)
        for size in (SMALL, LARGE):
            contenders.append(partial(_kvmtui, bench, daemon, size))
        contenders.append(partial(_virsh, bench, daemon, f"virsh-list/{domains}", "list", "--all"))
    contenders += [partial(_bare, bench, size) for size in (SMALL, LARGE)]
    one = bench.daemon(MANY)
    contenders.append(partial(_virsh, bench, one, "virsh-snapshots", "snapshot-list", "node-00000"))
    if shutil.which("htop"):
        contenders.append(partial(_htop, bench))
    for number in range(-1, bench.rounds):
        bench.say(f"  round {number + 1} of {bench.rounds}")
        for contender in random.sample(contenders, len(contenders)):
            contender()
        if number < 0:
            bench.figures.forget("start/", "paint/")  # what was on no disk's cache yet
    for size in (SMALL, LARGE):
        for _ in range(3):
            _kvmtui(bench, one, size, colours=False)


def _kvmtui(bench: Bench, daemon: Daemon, size: tuple[int, int], *, colours: bool = True) -> None:
    many = daemon.fleet.domains
    name = f"{many}/{sized(size)}/kvmtui" + ("" if colours else "/plain")
    with bench.kvmtui(daemon.uri, size, colours=colours) as program:
        took = program.until(useful)
        painted = program.written(until=program.began + took / 1000)
        bench.figures.add(f"start/{name}", took)
        _paint(bench, name, painted)
    daemon.rest()


def _bare(bench: Bench, size: tuple[int, int]) -> None:
    with bench.bare(size) as program:
        took = program.until(lambda text: bare.SAYS in text)
        bench.figures.add(f"start/{sized(size)}/bare", took)
        _paint(bench, f"{sized(size)}/bare", program.written())


def _htop(bench: Bench) -> None:
    with Program(["htop"]) as program:
        took = program.until(lambda text: "Load average" in text)
        bench.figures.add("start/80x24/htop", took)
        _paint(bench, "80x24/htop", program.written(until=program.began + took / 1000))


def _paint(bench: Bench, name: str, painted: bytes) -> None:
    bench.figures.add(f"paint/{name}", len(painted))
    bench.figures.add(f"frames/{name}", painted.count(BEGIN_FRAME))


def _virsh(bench: Bench, daemon: Daemon, name: str, *command: str) -> None:
    argv = ["virsh", "--connect", daemon.uri, *command]
    began = time.perf_counter()
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, env=surroundings())
    bench.figures.add(f"start/{name}", (time.perf_counter() - began) * 1000)
