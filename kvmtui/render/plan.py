"""A plan as its confirmation shows it: what is lost, what happens, how virsh spells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.table import Table
from rich.text import Text

from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.steps import SetTime, Step
from kvmtui.render.row import BAD, QUIET, STRONG, WARN
from kvmtui.render.words import safe

Entry = tuple[Text, Text]
"""A word in the margin, and what it is about."""


def entries(plan: Plan | Refusal) -> tuple[Entry, ...]:
    """The loss first: it is what must be read."""
    if isinstance(plan, Refusal):
        told = Text(safe(plan.reason))
        told.append(f"; {safe(plan.remedy)}" if plan.remedy else "", QUIET)
        return ((Text("No", WARN), told),)
    steps = [_says(step) for step in (*plan.steps, *plan.lastly, *plan.afterwards)]
    counted = [f"{n}. {says}" for n, says in enumerate(steps, 1)] if len(steps) > 1 else steps
    return (
        *_listed("Lost", plan.losses, BAD),
        *_listed("Mind", plan.warnings, WARN),
        *_listed("Does", counted, STRONG),
        *_listed("Note", (*map(str, plan.detours), *plan.effects), STRONG),
        *(
            (Text("$", QUIET), Text(safe(step.virsh), QUIET))
            for step in (*plan.steps, *plan.lastly, *plan.afterwards)
        ),
    )


def _says(step: Step) -> str:
    return f"{step.says}, if its agent answers" if isinstance(step, SetTime) else step.says


def _listed(word: str, lines: Iterable[str], style: str) -> Iterator[Entry]:
    for number, said in enumerate(lines):
        yield Text("" if number else word, style), Text(safe(said))


def page(plan: Plan | Refusal) -> Table:
    """The entries with their words in a margin, wrapped beside it."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for word, told in entries(plan):
        table.add_row(word, told)
    return table
