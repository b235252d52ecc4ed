"""What is wrong with a disk, a line for each thing, and what would help."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from kvmtui.plans.finding import Finding, Severity
from kvmtui.render.row import BAD, QUIET, WARN, Cell, Row, line
from kvmtui.render.words import safe

SCARCE = ("thin", "little room", "full")
"""What concerns the bytes that are free."""

_STYLES = {Severity.NOTE: QUIET, Severity.WARN: WARN, Severity.BAD: BAD}


def rows(wrong: Sequence[Finding], width: int, *, brief: bool = False) -> tuple[Row, ...]:
    """The worst first; ``brief`` shows only that and counts the others, and no mere notes."""
    if not brief:
        return tuple(_row(finding, width) for finding in wrong)
    serious = [finding for finding in wrong if finding.severity > Severity.NOTE]
    return (_row(serious[0], width, others=len(serious) - 1),) if serious else ()


def _row(finding: Finding, width: int, others: int = 0) -> Row:
    style = _STYLES[finding.severity]
    sign = "! " if finding.severity > Severity.NOTE else "· "
    left = Text.assemble((sign, style), (safe(finding.reason), style))
    told = [finding.remedy] if finding.remedy else []
    told += [f"+{others}"] if others else []
    end = " · ".join(told)
    cells = [Cell(end, cell_len(end), QUIET)] if end else []
    key = ("finding", finding.disk, finding.rule, finding.layer)
    return Row(key, line(width, left, cells), selectable=False)
