"""``python -m tests.bench``: measures every budget of kvmtui's speed on a private libvirtd.

Ends with 1 when one is missed.
"""

from __future__ import annotations

import argparse
import json
import random
import shlex
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.bench import calls, growth, idle, jobs, keys, memory, shown, stall, start
from tests.bench.about import about
from tests.bench.bench import Bench
from tests.bench.budgets import budgets
from tests.bench.daemon import daemons
from tests.bench.figures import Figures
from tests.bench.picture import picture
from tests.bench.report import table
from tests.lab.missing import Missing
from tests.lab.progress import aloud

SECTIONS = {
    "start": start.measure,
    "calls": calls.measure,
    "shown": shown.measure,
    "keys": keys.measure,
    "stall": stall.keys,
    "idle": idle.measure,
    "jobs": jobs.measure,
    "memory": memory.measure,
    "quit": stall.leave,
    "growth": growth.measure,
}


def main() -> int | str:
    """Gives the exit status, or what is missing."""
    made = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    made.add_argument("--only", default=",".join(SECTIONS), help="some of: %(default)s")
    made.add_argument("--quick", action="store_true", help="fewer rounds: a look, no proof")
    made.add_argument("--program", default=str(Path(sys.executable).with_name("kvmtui")))
    made.add_argument("--json", type=Path, metavar="FILE", help="write all figures")
    made.add_argument(
        "--from",
        dest="read",
        type=Path,
        metavar="FILE",
        action="append",
        help="measure nothing; of several files the later one counts",
    )
    made.add_argument("--picture", type=Path, metavar="FILE", help="draw the growth as an SVG")
    made.add_argument("--markdown", action="store_true", help="the table for the README")
    chosen = made.parse_args()
    unknown = set(chosen.only.split(",")) - set(SECTIONS)
    if unknown:
        made.error(f"there is no section {', '.join(sorted(unknown))}")
    try:
        told, figures = _read(chosen.read) if chosen.read else _measure(chosen)
    except Missing as lack:
        return str(lack)
    _keep(chosen.json, told, figures)
    if chosen.picture:
        chosen.picture.write_bytes(picture(figures))
    all_budgets = list(budgets(figures))
    print(table(all_budgets, markdown=chosen.markdown))
    print("\n" + ", ".join(f"{name} {value}" for name, value in told.items()), flush=True)
    return 1 if any(budget.met is False for budget in all_budgets) else 0


def _read(files: list[Path]) -> tuple[dict[str, str], Figures]:
    figures = Figures()
    for file in files:
        read = json.loads(file.read_text())
        figures.update(read["figures"])
    return read["about"], figures


def _keep(file: Path | None, told: dict[str, str], figures: Figures) -> None:
    if file is not None:
        lines = (
            f"  {json.dumps(name)}: {json.dumps([round(value, 3) for value in values])}"
            for name, values in figures.items()
        )
        listed = ",\n".join(lines)
        file.write_text(f'{{\n "about": {json.dumps(told)},\n "figures": {{\n{listed}\n }}\n}}\n')


def _measure(chosen: argparse.Namespace) -> tuple[dict[str, str], Figures]:
    """What was measured is kept after each section, whatever becomes of the next."""
    told = about()
    random.seed(1)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))  # and tidies up
    with ExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kvmtui-bench-")))
        bench = Bench(
            stack.enter_context(daemons()),
            stack,
            shlex.split(chosen.program),
            state,
            chosen.quick,
            aloud,
        )
        for section in chosen.only.split(","):
            began = time.monotonic()
            aloud(section)
            try:
                SECTIONS[section](bench)
            except TimeoutError as late:
                aloud(f"  {late}")
                bench.figures.add(f"failed/{section}", 1)
            _keep(chosen.json, told, bench.figures)
            aloud(f"  {time.monotonic() - began:.0f} s")
        return told, bench.figures


if __name__ == "__main__":
    sys.exit(main())
