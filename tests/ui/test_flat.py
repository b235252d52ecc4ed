"""A key costs the same among ten domains and among thousands."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rich.text import Text
from textual.screen import Screen

from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Snapshot
from kvmtui.model.value import replace
from kvmtui.render import domains, snapshots
from kvmtui.ui.panes.chain import Chain
from kvmtui.ui.panes.domains import Domains
from kvmtui.ui.panes.guest import GuestAgent
from kvmtui.ui.panes.snapshots import Snapshots
from tests.terminal.made import guest
from tests.ui.stage import Still, on_stage, until, world
from tests.worlds import chained

PANES = (Domains, Snapshots, Chain, GuestAgent)

COUNTS = (30, 3000)
"""More than fit on the screen."""

SHOWN = 21
"""Domains that fit on 80x24."""


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts the rows of domains, the panes and the layouts that are made."""
    count = Counter[str]()

    def counted(of: Any, name: str, told: str) -> None:
        before = getattr(of, name)

        def counting(*args: Any, **options: Any) -> Any:
            count[told] += 1
            return before(*args, **options)

        monkeypatch.setattr(of, name, counting)

    counted(domains, "_domain", "row")
    counted(Screen, "_refresh_layout", "layout")
    for pane in PANES:
        counted(pane, "drawn", pane.__name__)
    return count


@pytest.mark.parametrize("number", COUNTS)
async def test_only_rows_that_are_seen_are_made(
    number: int, made: Counter[str], tmp_path: Path
) -> None:
    hosts = Still(world(*map(guest, range(number))), tmp_path)
    async with on_stage(hosts) as pilot:
        await pilot.press("j", "k")
        assert made["row"] <= SHOWN
        made.clear()
        await pilot.press(*"jjjjjkkkkk")
        assert made["row"] == 0
        await pilot.press("G")
        assert made["row"] <= SHOWN


@pytest.mark.parametrize("number", COUNTS)
async def test_nor_are_others_made_when_all_have_changed(
    number: int, made: Counter[str], tmp_path: Path
) -> None:
    hosts = Still(world(*map(guest, range(number))), tmp_path)
    async with on_stage(hosts) as pilot:
        made.clear()
        hosts.put_host(facts=replace(hosts.world.hosts[0].facts, name="another"))
        await until(pilot, lambda: made["Domains"] > 0)
        await pilot.pause(0.1)
        assert made["row"] <= SHOWN


@pytest.mark.parametrize("number", [30, 300])
async def test_nor_are_snapshots_that_are_not_seen(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = list[str]()
    name = snapshots._name

    def noted(domain: Domain, snapshot: Snapshot, *rest: Any) -> Text:
        seen.append(snapshot.name)
        return name(domain, snapshot, *rest)

    monkeypatch.setattr(snapshots, "_name", noted)
    async with on_stage(Still(world(chained(number)), tmp_path)) as pilot:
        await pilot.press("2", "home")
        assert len(set(seen)) <= SHOWN


@pytest.mark.parametrize("number", COUNTS)
async def test_what_changed_is_made_anew(number: int, made: Counter[str], tmp_path: Path) -> None:
    hosts = Still(world(*map(guest, range(number))), tmp_path)
    async with on_stage(hosts) as pilot:
        made.clear()
        hosts.put(replace(guest(3), state=State.PAUSED))
        await until(pilot, lambda: made["row"] > 0)
        await pilot.pause(0.1)
        assert made["row"] == 1


async def test_a_key_draws_only_the_panes_that_show_something_else(
    made: Counter[str], tmp_path: Path
) -> None:
    async with on_stage(Still(world(*map(guest, range(9))), tmp_path)) as pilot:
        await pilot.press("j", "2")
        made.clear()
        await pilot.press("up", "up", "down")
        assert made == {}
        await pilot.press("1", "j")
        assert made == {"Snapshots": 1, "Chain": 1, "GuestAgent": 1}
