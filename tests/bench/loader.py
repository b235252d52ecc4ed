"""Reads a host as kvmtui does, without its screen, and prints when what was known.

A proxy that counts calls takes longer for each than the daemon does, and the screen shows only some
of the domains.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from kvmtui.cli import TURN
from kvmtui.host.fleet import Fleet
from kvmtui.host.virt import Opener
from kvmtui.model.world import World

PATIENCE = 60.0
"""Seconds."""


class Clock:
    """Notes when each was known of all domains, in milliseconds after their list."""

    def __init__(self) -> None:
        self.listed: float | None = None
        self.known: dict[str, float] = {}
        self.done = asyncio.Event()

    def look(self, world: World) -> None:
        """A new world."""
        domains = world.hosts[0].domains
        if not domains:
            return
        now = time.perf_counter()
        self.listed = now if self.listed is None else self.listed
        read = [d.forest is not None for d in domains]
        outlines = [d.outline for d in domains]
        known = {
            "names": all(r or o is not None for r, o in zip(read, outlines, strict=True)),
            "fields": all(r or (o and o.whole) for r, o in zip(read, outlines, strict=True)),
        }
        for name, is_so in known.items():
            if is_so:
                self.known.setdefault(name, (now - self.listed) * 1000)
        if "fields" in self.known:
            self.done.set()


async def load(uri: str, state: Path) -> dict[str, float]:
    """Milliseconds until all names were known, and all fields."""
    clock = Clock()
    fleet = Fleet([Opener(uri)], state)
    fleet.subscribe(clock.look)
    running = asyncio.ensure_future(fleet.run())
    try:
        await asyncio.wait_for(clock.done.wait(), PATIENCE)
    finally:
        running.cancel()
    return clock.known


def main() -> None:
    sys.setswitchinterval(TURN)
    with tempfile.TemporaryDirectory() as state:
        print(json.dumps(asyncio.run(load(sys.argv[1], Path(state)))), flush=True)


if __name__ == "__main__":
    main()
