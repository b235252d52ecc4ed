"""What a key costs: milliseconds until its first and its last byte, and how many bytes."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from itertools import chain, cycle, islice, repeat

from tests.bench.bench import LARGE, MANY, SMALL, Bench, phase, sized, useful
from tests.bench.fleet import Fleet
from tests.bench.program import Program, Response
from tests.terminal.keys import spelled

STEPS = 8
"""Rows that a cursor goes down and up again, without that anything scrolls."""

RATE, HELD = 30, 3.0
"""Repetitions a second of a key that is held, and seconds."""

MOTION = "\x1b[<35;{column};{row}M"
"""What a terminal tells of a mouse that moves, if it was asked to."""

WALKS = (
    ("list", ":", "down", "up", "escape"),
    ("snapshots", "2", "k", "j", "1"),
    ("chain", "3", "j", "k", "1"),
    ("follow", "1", "j", "k", "1"),
)
"""A list beside which nothing follows, and panes beside which one or all others do: how to get
there, the two ways to go there, and how to leave."""


def measure(bench: Bench) -> None:
    daemon = bench.daemon(MANY)
    for size in (SMALL, LARGE):
        for colours in (True,) if bench.quick else (True, False):
            with bench.kvmtui(daemon.uri, size, colours=colours) as program:
                program.until(useful)
                daemon.loaded()
                program.settle(0.5)
                name = sized(size) + ("" if colours else "/plain")
                _walk(bench, program, name)
                _panes(bench, program, name)
                if colours:
                    _escape(bench, program, name)
                    _held(bench, program, name)
                    _mouse(bench, program, name, size)
            daemon.rest()
        if shutil.which("htop"):
            _htop(bench, size)
    _amid_loading(bench)


def _walk(bench: Bench, program: Program, name: str) -> None:
    for walk, there, on, back, away in WALKS:
        program.press(there, 0.3)
        forth_and_back = chain(repeat(on, STEPS), repeat(back, STEPS))
        _press(bench, program, f"key/{name}/{walk}", islice(cycle(forth_and_back), bench.presses))
        program.press(away, 0.3)


def _htop(bench: Bench, size: tuple[int, int]) -> None:
    """The cursor in a list of processes, which is read anew so seldom that it does not matter."""
    columns, rows = size
    with Program(["htop", "-d", "100"], columns=columns, rows=rows) as program:
        program.until(lambda text: "Load average" in text)
        steps = chain(repeat("down", STEPS), repeat("up", STEPS))
        _press(bench, program, f"key/{sized(size)}/htop", islice(cycle(steps), bench.presses))


def _panes(bench: Bench, program: Program, name: str) -> None:
    _press(bench, program, f"key/{name}/pane", repeat("tab", bench.presses))
    program.press("1", 0.3)


def _press(bench: Bench, program: Program, name: str, keys: Iterable[str]) -> None:
    for key in keys:
        phase()
        note(bench, name, program.press(key))


def note(bench: Bench, name: str, response: Response) -> None:
    """A key that nothing comes of is not quick: its times are infinite."""
    bench.figures.add(f"{name}/first", response.first)
    bench.figures.add(f"{name}/last", response.last)
    bench.figures.add(f"{name}/bytes", response.size)


def _escape(bench: Bench, program: Program, name: str) -> None:
    """Escape takes the mark of a snapshot away, which changes one row."""
    program.press("2", 0.3)
    for _ in range(bench.presses // 2):
        program.press("space")
        phase()
        note(bench, f"key/{name}/escape", program.press("escape"))
    program.press("1", 0.3)


def _held(bench: Bench, program: Program, name: str) -> None:
    """How long after its last repetition every pane tells of where a held key has led.

    What is read of that domain from then on is told later.
    """
    number = int(RATE * HELD)
    program.press("g", 0.3)
    for key, place in (("j", number), ("k", 0)):
        for _ in range(number):
            sent = program.send(spelled(key)[0])
            time.sleep(1 / RATE)
        program.settle()
        seen = program.came_into_view([(sent, _title(place))])
        bench.figures.add(f"key/{name}/held", *seen)


def _title(place: int) -> str:
    """What the pane of snapshots is called for the domain at that place of the list."""
    return f"2 snapshots · {Fleet.name(place)} "


def _mouse(bench: Bench, program: Program, name: str, size: tuple[int, int]) -> None:
    """Only what a terminal would tell: a motion counts where it was asked for."""
    columns, rows = size
    asked = program.asks_for_motion
    for row in range(3, rows - 3) if asked else ():
        sent = MOTION.format(column=columns // 4, row=row)
        bench.figures.add(f"key/{name}/mouse", program.reacts(sent.encode(), 0.05, 0.2).size)
    if not asked:
        bench.figures.add(f"key/{name}/mouse", 0)


def _amid_loading(bench: Bench) -> None:
    """Keys from the first screen on, while everything else is read."""
    daemon = bench.daemon(MANY)
    for _ in range(2 if bench.quick else 4):
        with bench.kvmtui(daemon.uri) as program:
            program.until(useful, at_once=True)
            steer(bench, program, "loading")
        daemon.rest()


def steer(bench: Bench, program: Program, name: str) -> None:
    """The cursor up and down the first domains, whatever else is drawn meanwhile.

    It is there when the pane of snapshots has the domain's name.
    """
    sought = []
    place = 0
    for key in islice(cycle(chain(repeat("j", STEPS), repeat("k", STEPS))), 2 * STEPS):
        phase()
        place += 1 if key == "j" else -1
        sought.append((program.send(spelled(key)[0]), _title(place)))
        time.sleep(0.1)
    time.sleep(1)
    bench.figures.add(f"key/{name}", *program.came_into_view(sought))
