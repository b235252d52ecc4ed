"""The table of all budgets, as plain text or Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import inf

from tests.bench.budget import Budget

HEAD = ("", "at most", "kvmtui", "no COLORTERM", "bare Textual", "virsh", "htop", "")


def table(budgets: Iterable[Budget], *, markdown: bool) -> str:
    """What was not measured is left out, and a column that nothing is in."""
    rows = [list(_row(budget)) for budget in budgets if budget.figure is not None]
    last = len(HEAD) - 1
    kept = [place for place in range(last + 1) if place in (0, last) or any(r[place] for r in rows)]
    lines = [[line[place] for place in kept] for line in [list(HEAD), *rows]]
    if markdown:
        for line in lines[1:]:
            line[-1] = line[-1].replace("missed", "**missed**")
        lines.insert(1, ["---", *["--:"] * (len(kept) - 2), "---"])
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(_aligned(line, widths)).rstrip() for line in lines)


def _aligned(line: list[str], widths: list[int]) -> Iterator[str]:
    for place, (cell, width) in enumerate(zip(line, widths, strict=True)):
        yield cell.rjust(width) if 0 < place < len(line) - 1 else cell.ljust(width)


def _row(budget: Budget) -> Iterator[str]:
    others = budget.unit_of_others or budget.unit
    also = f" ({_told(budget.absolute, others)})" if budget.absolute is not None else ""
    yield budget.says
    yield _told(budget.limit, budget.unit)
    yield _told(budget.figure, budget.unit) + also
    yield _told(budget.plain, budget.unit)
    for value in (budget.bare, budget.virsh, budget.htop):
        yield _told(value, others)
    yield "met" if budget.met else "missed"


def _told(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if value == inf:
        return "never"
    digits = 0 if abs(value) >= 100 or value == int(value) else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}".rstrip()
