"""Who owes an answer, and for how long."""

from __future__ import annotations

from rich.text import Text

from kvmtui.model.domain import Domain
from kvmtui.model.world import Host, Link, World
from kvmtui.render.row import BAD, WARN
from kvmtui.render.words import lasting, safe


def is_waited_for(world: World) -> bool:
    """Whether a time is shown that goes by from second to second."""
    return any(
        host.silent or host.link is Link.LOST or any(domain.silence for domain in host.domains)
        for host in world.hosts
    )


def of_domain(domain: Domain, now: float) -> str:
    """Empty while no answer is late."""
    if domain.silence is None:
        return ""
    whose = f" from {safe(domain.silence.whose)}" if domain.silence.whose else ""
    return f"no answer{whose} for {lasting(domain.silence.since, now)}"


def banner(world: World, now: float) -> Text | None:
    """The first host that is lost, or else that does not answer."""
    for host in world.hosts:
        if host.link is Link.LOST:
            since = f"lost {lasting(host.since, now)} ago"
            return Text(f"{_name(host)} {since}, F5 tries again: {safe(host.trouble)}", BAD)
    for host in world.hosts:
        if host.silent:
            told = f"no answer for {lasting(host.silent, now)}, this is its last known state"
            return Text(f"{_name(host)}: {told}", WARN)
    return None


def _name(host: Host) -> str:
    return safe(host.facts.name or host.label)
