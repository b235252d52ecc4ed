"""Work that goes on, with its progress as libvirt tells it, and what came of the last one."""

from __future__ import annotations

from rich.text import Text

from kvmtui.model.domain import Domain
from kvmtui.model.job import Job
from kvmtui.model.words import size, span
from kvmtui.model.world import World
from kvmtui.render.row import ACCENT, GOOD, QUIET, WARN, Cell, Row, cut, fitted, line
from kvmtui.render.words import safe

BAR = 20
"""Columns of a progress bar."""


def rows(world: World, width: int) -> tuple[Row, ...]:
    """A line for every job of every domain, and for plans whose step shows no job."""
    found = []
    for host in world.hosts:
        for domain in host.domains:
            key = (host.uri, domain.uuid)
            if domain.busy and not domain.jobs:
                found.append(Row((*key, ""), _busy(domain, width)))
            found += [Row((*key, job.disk), _job(domain, job, width)) for job in domain.jobs]
    return fitted(found, width)


def bar(fraction: float, width: int = BAR) -> str:
    """A bar in eighths of a column."""
    eighths = round(fraction * width * 8)
    full, part = divmod(eighths, 8)
    blocks = "█" * full + (" ▏▎▍▌▋▊▉"[part] if part else "")
    return blocks + "░" * (width - len(blocks))


def _busy(domain: Domain, width: int) -> Text:
    text = Text.assemble((safe(domain.name), ACCENT), "  ", safe(domain.busy), " …")
    text.truncate(width, overflow="ellipsis")
    return text


def _job(domain: Domain, job: Job, width: int) -> Text:
    name = cut(safe(domain.name), max(width - 62, 8))
    left = Text.assemble(
        (name, ACCENT), f" {job.disk} " if job.disk else " ", (job.kind.value, QUIET)
    )
    cells = [Cell(bar(job.fraction), BAR, GOOD), Cell(f"{100 * job.fraction:.0f}%", 4, right=True)]
    if job.ready:
        return line(width, left, [*cells, Cell("ready", 5, WARN)])
    rate = f"{size(job.rate)}/s" if job.rate is not None else ""
    time_left = f"{span(job.left)} left" if job.left is not None else ""
    return line(width, left, [*cells, Cell(rate, 7, right=True), Cell(time_left, 14, right=True)])
