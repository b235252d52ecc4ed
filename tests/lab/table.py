"""The table in the lab's README: what can be done on which libvirt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- table -->\n", "<!-- /table -->"

Cells = Mapping[tuple[str, str], str]
"""(operation, libvirt) and what came of it."""


def parse(text: str) -> dict[tuple[str, str], str]:
    """The cells of the table in the text, empty ones left out."""
    lines = text.partition(BEGIN)[2].partition(END)[0].splitlines()
    rows = [[word.strip() for word in line.strip("|").split("|")] for line in lines]
    if not rows:
        return {}
    (_, *versions), _, *rest = rows
    return {
        (operation, version.removeprefix("libvirt ")): cell
        for operation, *told in rest
        for version, cell in zip(versions, told, strict=True)
        if cell
    }


def draw(text: str, cells: Cells) -> str:
    """The text with a table of these cells in the place of its own."""
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    versions = columns(cells)
    rows = [["Operation", *(f"libvirt {version}" for version in versions)]]
    rows.append(["---"] * len(rows[0]))
    for operation in sorted({operation for operation, _ in cells}):
        rows.append([operation, *(cells.get((operation, v), "") for v in versions)])
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    return f"{head}{BEGIN}{table}{END}{tail}"


def columns(cells: Cells) -> list[str]:
    """The versions of libvirt, oldest first."""
    return sorted({v for _, v in cells}, key=lambda v: [int(part) for part in v.split(".")])


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
