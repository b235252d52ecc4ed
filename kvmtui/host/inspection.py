"""What is read only of the domain that is looked at."""

from __future__ import annotations

import time

from kvmtui.host.meter import Meter
from kvmtui.host.seat import Seat
from kvmtui.host.shelf import Shelf
from kvmtui.host.virt import Connection
from kvmtui.model.domain import Domain
from kvmtui.model.value import replace


class Inspection:
    """How fast its images grow, and what lies beside them."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._meter = Meter()
        self.samples = 0
        """How many were taken."""
        self._named: tuple[tuple[Domain, ...], frozenset[str]] | None = None
        """Every path that these domains name."""

    def end(self, uuid: str) -> None:
        """Nobody looks at the domain any more: what was measured would be wrong soon."""
        self._shelf.change(uuid, growth=())

    @property
    def can_look_beside(self) -> bool:
        """All are known that may need what lies there."""
        host = self._shelf.host
        return host.facts.local and all(domain.known for domain in host.domains)

    async def look_beside(self, seat: Seat, uuid: str) -> None:
        """Looks into the folders of its images, once it can be said what is of use there.

        Raises ``HostError``.
        """
        from kvmtui.plans import orphans

        host = self._shelf.host
        domain = host.domain(uuid)
        if domain is None or not self.can_look_beside:
            return
        if self._named is None or self._named[0] is not host.domains:
            self._named = host.domains, orphans.names(host)
        paths = tuple(sorted(orphans.folders_of(domain)))
        folders = await seat.call(Connection.folders, paths, self._named[1])
        self._shelf.put(replace(self._shelf.host, folders=folders))

    async def measure(self, seat: Seat, uuid: str) -> None:
        """Takes one sample. Raises ``HostError``."""
        domain = self._shelf.host.domain(uuid)
        if domain is None or domain.config is None:
            return
        able = domain.state.active and self._shelf.host.facts.has_block_jobs
        disks = domain.config.writable if able else ()
        sizes = await seat.call(Connection.grown, uuid, disks) if disks else ()
        self.samples += 1
        self._shelf.change(uuid, growth=self._meter.read(uuid, time.monotonic(), sizes))
