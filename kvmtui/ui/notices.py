"""What is told once when it begins, and not again until it has ended and begins anew."""

from __future__ import annotations

from collections.abc import Iterator

from kvmtui.model.world import Link
from kvmtui.render.words import safe
from kvmtui.ui.hosts import Hosts


class Notices:
    """Keeps in mind what was told."""

    def __init__(self) -> None:
        self._told: frozenset[str] = frozenset()

    def new(self, hosts: Hosts) -> tuple[str, ...]:
        """What has begun since the last look."""
        before, self._told = self._told, frozenset(_now(hosts))
        return tuple(sorted(self._told - before))


def _now(hosts: Hosts) -> Iterator[str]:
    for host in hosts.world.hosts:
        if host.link is Link.OPEN and host.facts.barred:
            yield f"{safe(host.label)} can only be looked at: {safe(host.facts.barred)}"
    if hosts.journal.trouble:
        yield f"{safe(hosts.journal.trouble)}; everything else goes on"
