"""The table of all budgets, as plain text or Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.bench.budget import Budget

HEAD = ("", "budget", "kvmtui", "bare Textual", "virsh", "htop", "")


def table(budgets: Iterable[Budget], *, markdown: bool) -> str:
    """What was not measured is left out."""
    rows = [list(_row(budget)) for budget in budgets if budget.figure is not None]
    if markdown:
        lines = [HEAD, ["---"] + ["--:"] * (len(HEAD) - 2) + ["---"], *rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)
    widths = [max(len(line[place]) for line in [HEAD, *rows]) for place in range(len(HEAD))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in [HEAD, *rows]
    )


def _row(budget: Budget) -> Iterator[str]:
    yield budget.says
    yield _told(budget.limit, budget.unit)
    also = f" ({_told(budget.absolute, budget.unit_of_others)})" if budget.absolute else ""
    yield _told(budget.figure, budget.unit) + also
    for value in (budget.bare, budget.virsh, budget.htop):
        yield _told(value, budget.unit_of_others)
    yield "met" if budget.met else "missed"


def _told(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if value == float("inf"):
        return "never"
    digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}".rstrip()
