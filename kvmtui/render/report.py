"""Everything that is known, as plain text for a pipe."""

from __future__ import annotations

from collections.abc import Iterable

from kvmtui.model.domain import Domain
from kvmtui.model.world import Host, World
from kvmtui.plans import health
from kvmtui.render import chain, details, domains, guest, jobs, snapshots
from kvmtui.render.row import Row, plain, said

WIDTH = 100


def overview(world: World, now: float) -> str:
    """All domains and the work that goes on."""
    parts = [plain(domains.rows(world, WIDTH, now))]
    running = plain(jobs.rows(world, WIDTH, now))
    return "\n\n".join([*parts, f"jobs\n{running}"] if running else parts) + "\n"


def domain(host: Host, shown: Domain, now: float) -> str:
    """One domain with its tree, chain, agent and jobs."""
    alone = World((Host(host.uri, host.link, facts=host.facts, domains=(shown,)),))
    about = details.told(shown, None)
    sections: tuple[tuple[str, Iterable[Row]], ...] = (
        ("domain", domains.rows(alone, WIDTH, now)),
        ("about", (Row(text.plain, text) for text in about)),
        ("snapshots", snapshots.rows(shown, WIDTH, now, stale=health.stale(host, shown))),
        ("disk chain", chain.rows(host, shown, WIDTH, now=now)),
        ("guest agent", guest.rows(shown, WIDTH)),
        ("jobs", jobs.rows(alone, WIDTH, now) or (said("none"),)),
    )
    return "\n\n".join(f"{title}\n{plain(rows)}" for title, rows in sections) + "\n"
