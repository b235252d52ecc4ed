"""Moving a disk by keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from kvmtui.plans.steps import Copy
from kvmtui.ui.line import Line
from kvmtui.ui.screens.plan import PlanScreen
from tests.plans.test_pull import here
from tests.ui.stage import Still, on_stage, text, until
from tests.worlds import chained, file


@pytest.fixture
def hosts(tmp_path: Path) -> Still:
    return Still(here(chained(1)), tmp_path)


async def asked(pilot: Pilot[int]) -> PlanScreen:
    await pilot.press("m")
    await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
    await until(pilot, lambda: "switch vda over" in text(pilot))
    screen = pilot.app.screen
    assert isinstance(screen, PlanScreen)
    return screen


async def moved(pilot: Pilot[int], hosts: Still) -> list[tuple[str, bool]]:
    await pilot.click("#yes")
    await until(pilot, lambda: bool(hosts.performed))
    steps = hosts.performed[0].steps
    return [(step.file, step.shallow) for step in steps if isinstance(step, Copy)]


async def test_a_place_beside_the_disk_is_offered(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await asked(pilot)
        assert await moved(pilot, hosts) == [(file("web.copy.qcow2"), False)]


async def test_another_place_is_looked_at_first(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        screen = await asked(pilot)
        screen.query_one("#file", Line).value = "/new/disk.qcow2"
        await until(pilot, lambda: ("/new/disk.qcow2",) in hosts.looked)
        screen.query_one("#shallow").focus()
        await pilot.press("right")
        await until(pilot, lambda: "record the overlays of “s1”" in text(pilot))
        assert await moved(pilot, hosts) == [("/new/disk.qcow2", True)]
