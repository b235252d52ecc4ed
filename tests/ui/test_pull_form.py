"""Pulling by keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from kvmtui.model.value import replace
from kvmtui.plans.steps import Pull
from kvmtui.ui.screens.plan import PlanScreen
from tests.ui.stage import Still, on_stage, text, until, world
from tests.worlds import chained, facts, file


@pytest.fixture
def hosts(tmp_path: Path) -> Still:
    hosts = Still(world(chained(3)), tmp_path)
    hosts.put_host(facts=replace(facts(), local=True))
    return hosts


async def pulled(pilot: Pilot[int], hosts: Still) -> list[str]:
    """What the active layer stands on afterwards."""
    await pilot.press("p")
    await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
    await until(pilot, lambda: "Onto" in text(pilot))
    await pilot.click("#yes")
    await until(pilot, lambda: bool(hosts.performed))
    return [step.base for step in hosts.performed[0].steps if isinstance(step, Pull)]


@pytest.mark.parametrize(
    ("moves", "base"),
    [((), ""), (("j",), ""), (("j", "j"), file("web.s1.qcow2")), (("G",), file("web.qcow2"))],
)
async def test_the_active_layer_stands_on_the_selected_one(
    moves: tuple[str, ...], base: str, hosts: Still
) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("3", *moves)
        assert await pulled(pilot, hosts) == [base]
