"""Work that goes on, with its progress as libvirt tells it, and what came of the last one."""

from __future__ import annotations

from rich.text import Text

from kvmtui.model.domain import Domain
from kvmtui.model.job import Job
from kvmtui.model.value import Value
from kvmtui.model.words import size, span
from kvmtui.model.world import World
from kvmtui.render import silence
from kvmtui.render.row import ACCENT, GOOD, QUIET, WARN, Cell, Row, cut, fitted, line
from kvmtui.render.words import safe

PERCENT, BYTES, RATE, LIMIT, TIME = 4, 14, 7, 9, 17
"""Columns of the cells."""

BAR, BAR_WIDE = 8, 40
"""Columns of a progress bar, at least and at most."""

COMFORT = 12
"""Columns of a bar beside which bytes are told."""

NAME = 8
"""Columns that a domain's name has at least."""


def rows(world: World, width: int, now: float) -> tuple[Row, ...]:
    """A line for every job of every domain, and for plans whose step shows no job."""
    domains = [(host, domain) for host in world.hosts for domain in host.domains]
    columns = _columns([(d, job) for _, d in domains for job in d.jobs], width)
    found = []
    for host, domain in domains:
        key = (host.uri, domain.uuid)
        if domain.busy and not domain.jobs:
            found.append(Row((*key, ""), _busy(domain, width, now)))
        found += [Row((*key, job.disk), columns.line(domain, job)) for job in domain.jobs]
    return fitted(found, width)


def bar(fraction: float, width: int) -> str:
    """A bar in eighths of a column."""
    eighths = round(fraction * width * 8)
    full, part = divmod(eighths, 8)
    blocks = "█" * full + (" ▏▎▍▌▋▊▉"[part] if part else "")
    return blocks + "░" * (width - len(blocks))


def _busy(domain: Domain, width: int, now: float) -> Text:
    text = Text.assemble((safe(domain.name), ACCENT), "  ", safe(domain.busy), " …")
    if domain.silence is not None:
        text.append(f" {silence.of_domain(domain, now)}", WARN)
    text.truncate(width, overflow="ellipsis")
    return text


class Columns(Value):
    """What all lines have room for."""

    width: int
    bar: int
    bytes: bool
    limit: bool

    def line(self, domain: Domain, job: Job) -> Text:
        """The line of one job."""
        state, style = _state(job)
        cells = [
            Cell(bar(job.fraction, self.bar), self.bar, GOOD),
            Cell(f"{100 * job.fraction:.0f}%", PERCENT, right=True),
        ]
        if self.bytes:
            cells.append(Cell(_bytes(job), BYTES, QUIET, right=True))
        cells.append(Cell(_rate(job), RATE, right=True))
        if self.limit:
            limit = f"≤ {size(job.bandwidth)}/s" if job.bandwidth else ""
            cells.append(Cell(limit, LIMIT, QUIET, right=True))
        cells.append(Cell(state, TIME, style, right=True))
        told = sum(cell.width + 1 for cell in cells)
        return line(self.width, _left(domain, job, self.width - told), cells)


def _columns(shown: list[tuple[Domain, Job]], width: int) -> Columns:
    """Bytes are the first to go, then the bar shrinks, then names are cut."""
    limit = any(job.bandwidth for _, job in shown)
    told = sum(cell + 1 for cell in (PERCENT, RATE, TIME, *((LIMIT,) if limit else ())))
    lefts = [_left(domain, job, width).cell_len for domain, job in shown]
    room = width - told - max(lefts, default=0) - 1
    bytes = room - (BYTES + 1) >= COMFORT
    room -= BYTES + 1 if bytes else 0
    return Columns(width, min(max(room, BAR), BAR_WIDE), bytes, limit)


def _left(domain: Domain, job: Job, room: int) -> Text:
    """Whose job, and which; only the name is cut."""
    rest = Text.assemble(f" {safe(job.disk)} " if job.disk else " ", (job.kind.value, QUIET))
    name = cut(safe(domain.name), max(room - rest.cell_len, NAME))
    return Text.assemble((name, ACCENT), rest)


def _state(job: Job) -> tuple[str, str]:
    """When it ends, or why not by itself."""
    if job.ready:
        return "ready", WARN
    if not job.converges:
        return "does not converge", WARN
    return f"{span(job.left)} left" if job.left is not None else "", ""


def _bytes(job: Job) -> str:
    return f"{size(job.done)} of {size(job.total)}" if job.counted else ""


def _rate(job: Job) -> str:
    return f"{size(job.rate)}/s" if job.rate is not None and not job.ready else ""
