"""Somebody at the keys while another administrator works on the same domains."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from random import Random

import pytest
from textual.pilot import Pilot

from kvmtui.host.fleet import Fleet
from kvmtui.host.journal import Journal
from kvmtui.model.domain import Domain
from kvmtui.model.world import Host, Ref
from kvmtui.plans import planner
from kvmtui.plans.plan import Plan
from kvmtui.plans.wishes import Revert
from kvmtui.ui.app import Kvmtui
from tests.host.conftest import Embedded, NewMachine
from tests.host.content import pages
from tests.host.others import Administrator
from tests.ui.stage import text, until

pytestmark = pytest.mark.embed

SECONDS = float(os.environ.get("KVMTUI_OTHERS_SECONDS", "5"))
SEED = int(os.environ.get("KVMTUI_OTHERS_SEED", "7"))
"""Both can be given to look for more."""

WORDS = (
    ("s", *"mine", "enter"),
    ("s", *"mine", "tab", "tab", "right", "right", "enter"),
    ("2", "k", "d"),
    ("2", "k", "k", "r"),
    ("2", "space", "j", "space", "d"),
    ("3", "G", "c"),
    ("1", "j"),
    ("1", "k"),
    ("o", "enter"),
    ("v", "escape"),
    ("f5",),
)
"""What a person presses, as one would without waiting for the screen."""


async def play(pilot: Pilot[int], journal: Journal, random: Random) -> None:
    """Keys at random; modals are agreed to as soon as they are open, or put away."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end or not any(entry.ok for entry in journal.entries):
        assert time.monotonic() < end + 60, "no plan came about"
        await pilot.press(*random.choice(WORDS))
        await pilot.pause(random.choice((0.0, 0.05, 0.2)))
        if len(pilot.app.screen_stack) > 1:
            await pilot.press(*random.choice((("right", "enter"), ("right", "enter"), ("escape",))))
            await pilot.pause(random.choice((0.0, 0.1)))
        assert pilot.app.return_code is None
    while len(pilot.app.screen_stack) > 1:
        await pilot.press("escape")
        await pilot.pause(0.05)


def shown(host: Host) -> dict[str, set[str]]:
    return {
        d.name: {s.name for s in d.forest.snapshots} if d.forest else set() for d in host.domains
    }


def offered(fleet: Fleet, domain: Domain, name: str) -> str | None:
    """Where kvmtui would go back to; None where it refuses."""
    wish = Revert(Ref(fleet.world.hosts[0].uri, domain.uuid), name, safety=False, ram=False)
    snapshot = domain.forest.get(name) if domain.forest else None
    made = planner.make(fleet.world, wish)
    return snapshot.disks[0].base if isinstance(made, Plan) and snapshot else None


async def test_nothing_crashes_nothing_is_lost_and_what_is_shown_is_true(
    embedded: Embedded, new_machine: NewMachine, tmp_path: Path
) -> None:
    machines = {name: new_machine(name) for name in ("m", "n", "o")}
    for machine in machines.values():
        machine.start()
    other = Administrator(embedded.handle, machines, SEED)
    fleet = Fleet([embedded], tmp_path / "state")
    app = Kvmtui(fleet)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: all(f" {name} " in text(pilot) for name in machines))
        other.start()
        try:
            await play(pilot, fleet.journal, Random(SEED))
        finally:
            await asyncio.to_thread(other.rest)
        assert other.broken == []
        host = fleet.watches[embedded.uri]
        await until(pilot, lambda: not any(d.busy or d.jobs for d in host.host.domains), 60)
        real = {
            domain.name(): set(domain.snapshotListNames(0))
            for domain in embedded.handle.listAllDomains(0)
        }
        await until(pilot, lambda: shown(host.host) == real, 20)
        checked = 0
        for domain in host.host.domains:
            for name in sorted(real[domain.name]):
                known = await fleet.fresh(Ref(host.host.uri, domain.uuid))
                base = offered(fleet, known, name)
                held = other.held.get((domain.name, name))
                if base is None or held is None:
                    continue
                record = known.forest.get(name) if known.forest else None
                inside = name if record and record.disks[0].mode == "internal" else ""
                assert pages(Path(base), inside) == held, f"{domain.name}: {name}"
                checked += 1
    assert other.done
    assert checked or SECONDS < 10
