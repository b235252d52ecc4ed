"""Files beside a domain's disks that nothing refers to, below its chains."""

from __future__ import annotations

from collections.abc import Iterator
from os.path import basename

from rich.text import Text

from kvmtui.model.domain import Domain
from kvmtui.model.folder import RAM, StoredFile
from kvmtui.model.words import size
from kvmtui.model.world import Host
from kvmtui.plans import orphans
from kvmtui.plans.subject import known
from kvmtui.render.row import NOT_USED, QUIET, STRONG, WARN, Cell, Row, line
from kvmtui.render.words import age, safe

WIDE = 70


def rows(host: Host, domain: Domain, width: int, now: float) -> Iterator[Row]:
    """A heading with the files below, or with why nothing can be said of them."""
    subject = known(host, domain)
    found = orphans.orphans(subject) if subject else ()
    if subject is None or not found:
        return
    doubt = orphans.unknown(subject)
    told = doubt.reason if doubt else "d removes" if not host.readonly else ""
    text = Text.assemble((NOT_USED, STRONG), (f"  {safe(told)}", QUIET))
    yield Row((NOT_USED, ""), text, selectable=False)
    for file in () if doubt else found:
        yield _row(host, file, width, now)


def _row(host: Host, file: StoredFile, width: int, now: float) -> Row:
    below = next(orphans.below(host, file), "")
    note = "saved RAM" if file.format == RAM else f"on {safe(basename(below))}" if below else ""
    cells = [
        Cell(note or "on nothing", 24 if width >= WIDE else max(min(width // 3, 20), 8), QUIET),
        Cell(size(file.used), 5, right=True),
        Cell(age(file.changed or now, now), 4, QUIET, right=True),
    ]
    left = Text.assemble(("? ", WARN), safe(basename(file.path)))
    return Row((NOT_USED, file.path), line(width, left, cells))
