"""``kvmtui show``: reads once, prints once."""

from __future__ import annotations

import asyncio
import sys
import time

from kvmtui.host.base import Gone, HostError
from kvmtui.host.fleet import Fleet
from kvmtui.host.watch import Watch
from kvmtui.model.domain import Domain
from kvmtui.model.world import Host, Link
from kvmtui.render import report
from kvmtui.render.words import safe


def show(fleet: Fleet, wanted: str | None) -> int:
    """Everything in short, or one domain (by name or uuid) in full; gives the exit status."""
    errors = asyncio.run(_read(fleet, wanted))
    for error in errors:
        print(f"kvmtui: {safe(error)}", file=sys.stderr)
    if wanted is None:
        sys.stdout.write(report.overview(fleet.world, time.time()))
        return 1 if errors else 0
    found = [(host, domain) for host in fleet.world.hosts for domain in _named(host, wanted)]
    if not found:
        print(f"kvmtui: no domain is called {safe(wanted)}", file=sys.stderr)
        return 1
    sys.stdout.write("\n".join(report.domain(host, domain, time.time()) for host, domain in found))
    return 1 if errors else 0


def _named(host: Host, wanted: str | None) -> tuple[Domain, ...]:
    return tuple(d for d in host.domains if wanted is None or wanted in (d.name, d.uuid))


async def _read(fleet: Fleet, wanted: str | None) -> list[str]:
    """Reads what will be printed; gives what could not be read."""
    errors: list[str] = []
    for watch in fleet.watches.values():
        try:
            await watch.meet()
        except HostError as error:
            watch.shelf.link(Link.LOST, str(error))
            errors.append(f"{watch.host.label}: {error}")
            continue
        for domain in _named(watch.host, wanted):
            errors += await _read_domain(watch, domain, whole=wanted is not None)
    return errors


async def _read_domain(watch: Watch, domain: Domain, *, whole: bool) -> list[str]:
    try:
        await watch.reader.fresh(domain.uuid, anew=whole)
        if whole:
            await watch.reader.asking.ask(domain.uuid)
    except Gone:
        return []
    except HostError as error:
        return [f"{domain.name}: {error}"]
    return []
