"""The tables in the lab's README: what can be done on which libvirt, one table for each kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- table -->\n", "<!-- /table -->"
KINDS = {
    "create": "Create",
    "revert": "Revert",
    "delete": "Delete",
    "merge": "Merge layers",
    "RAM": "RAM and power",
    "guest": "Guest",
    "record": "Records",
}
"""What an operation begins with, before a colon, and the heading of its table."""

POWERS = ("running", "off")
EITHER = "running or off"
POWER = re.compile(r"(, (?:taken )?)(?:running|off)(?=,|$)")
"""Where an operation tells of the domain's state."""

Cells = Mapping[tuple[str, str], str]
"""(operation, libvirt) and what came of it: `create: internal, off` on `9.0`."""


def parse(text: str) -> dict[tuple[str, str], str]:
    """The cells of the tables in the text, empty ones left out."""
    found, kinds = {}, {heading: kind for kind, heading in KINDS.items()}
    for part in text.partition(BEGIN)[2].partition(END)[0].split("### ")[1:]:
        heading, *lines = part.splitlines()
        rows = [re.split(r" *\| *", line)[1:-1] for line in lines if line.startswith("|")]
        (_, *versions), _, *rest = rows
        for row, *told in rest:
            for operation, (version, cell) in product(
                _unfolded(row), zip(versions, told, strict=True)
            ):
                if cell:
                    key = f"{kinds[heading]}: {operation}", version.removeprefix("libvirt ")
                    found[key] = cell
    return found


def draw(text: str, cells: Cells) -> str:
    """The text with tables of these cells in the place of its own."""
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    tables = "".join(f"\n### {heading}\n\n{table}" for heading, table in _tables(cells))
    return f"{head}{BEGIN}{tables}\n{END}{tail}"


def _tables(cells: Cells) -> Iterator[tuple[str, str]]:
    """Headings and their tables, all with the same columns."""
    versions = columns(cells)
    of_kind: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for operation, _ in cells:
        kind, _, what = operation.partition(": ")
        of_kind[kind].add(what)
    for kind, operations in of_kind.items():
        rows = {
            what: [cells.get((f"{kind}: {what}", v), "") for v in versions] for what in operations
        }
        head = ["Operation", *(f"libvirt {version}" for version in versions)]
        lines = [
            head,
            ["---"] * len(head),
            *([w, *told] for w, told in sorted(_folded(rows).items())),
        ]
        if operations:
            yield KINDS[kind], "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _folded(rows: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """With one row instead of two where it is all the same whether the domain runs."""
    found = dict(rows)
    for what in rows:
        either = POWER.sub(rf"\1{EITHER}", what, count=1)
        both = _unfolded(either)
        if len(both) == 2 and all(rows.get(one) == rows[what] for one in both):
            found.pop(what)
            found[either] = rows[what]
    return found


def _unfolded(what: str) -> list[str]:
    """The operations that a row stands for."""
    return [what.replace(EITHER, power) for power in POWERS] if EITHER in what else [what]


def columns(cells: Cells) -> list[str]:
    """The versions of libvirt, oldest first."""
    return sorted({v for _, v in cells}, key=lambda v: [int(part) for part in v.split(".")])


def empty(cells: Cells) -> list[tuple[str, str]]:
    """Operations and libvirts of whose meeting nothing is told."""
    operations = sorted({operation for operation, _ in cells})
    return [(o, v) for o in operations for v in columns(cells) if (o, v) not in cells]


def differences(told: Cells, proved: Cells, *, whole: bool) -> list[str]:
    """Where the README tells something else than was proved on a libvirt that it has a column for.

    Of a `whole` run: also what it tells and nothing has proved.
    """
    found = []
    known, run = set(columns(told)), columns(proved)
    for (operation, version), cell in sorted(proved.items()):
        was = told.get((operation, version), "nothing")
        if version in known and was != cell:
            found.append(f"{operation}, libvirt {version}: {cell}; the README tells: {was}")
    for operation, version in sorted(set(told) - set(proved)) if whole else ():
        if version in run:
            found.append(f"{operation}, libvirt {version}: the README tells it, no test proves it")
    return found


def updated(told: Cells, proved: Cells, *, whole: bool) -> dict[tuple[str, str], str]:
    """The table after a run; operations that a `whole` run has not met are dropped."""
    met = {operation for operation, _ in proved}
    kept = {key: cell for key, cell in told.items() if not whole or key[0] in met}
    return {**kept, **proved}
