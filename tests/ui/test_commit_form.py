"""Committing by keys: base and top are picked in the pane or in the modal."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from kvmtui.plans.steps import Commit
from kvmtui.ui.line import Line
from kvmtui.ui.screens.main import Main
from kvmtui.ui.screens.plan import PlanScreen
from tests.plans.test_merge_range import two_disks
from tests.ui.stage import Still, on_stage, text, until, world
from tests.worlds import chained, file

BASE, ONE, TWO, THREE = (file(f"web{n}.qcow2") for n in ("", ".s1", ".s2", ".s3"))


@pytest.fixture
def hosts(tmp_path: Path) -> Still:
    return Still(world(chained(3)), tmp_path)


async def asked(pilot: Pilot[int]) -> PlanScreen:
    await pilot.press("c")
    await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
    await until(pilot, lambda: "Cancel" in text(pilot))
    screen = pilot.app.screen
    assert isinstance(screen, PlanScreen)
    return screen


async def agreed(pilot: Pilot[int], hosts: Still) -> tuple[tuple[str, str], ...]:
    """(top, base) of every commit that was performed."""
    await pilot.click("#yes")
    await until(pilot, lambda: bool(hosts.performed))
    steps = hosts.performed[0].steps
    return tuple((step.top, step.base) for step in steps if isinstance(step, Commit))


async def test_the_layer_under_the_cursor_is_the_base(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("3", "j", "j")
        await asked(pilot)
        assert await agreed(pilot, hosts) == ((THREE, ONE),)


async def test_on_the_active_layer_the_next_one_is_the_base(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("3")
        await asked(pilot)
        assert await agreed(pilot, hosts) == ((THREE, TWO),)


async def test_a_marked_layer_is_the_top(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("3", "j", "space", "G")
        await until(pilot, lambda: "✓ " in text(pilot))
        await asked(pilot)
        assert await agreed(pilot, hosts) == ((TWO, BASE),)


async def test_a_mark_can_be_taken_away_again(hosts: Still) -> None:
    for key in ("space", "escape"):
        async with on_stage(hosts) as pilot:
            await pilot.press("3", "j", "space")
            await until(pilot, lambda: "✓ " in text(pilot))
            await pilot.press(key)
            await until(pilot, lambda: "✓ " not in text(pilot))
            screen = pilot.app.screen
            assert isinstance(screen, Main)
            assert screen.view.marked_layer is None


async def test_both_can_be_changed_in_the_modal(hosts: Still) -> None:
    """The base goes along when it is no longer below the top."""
    async with on_stage(hosts) as pilot:
        await pilot.press("3")
        screen = await asked(pilot)
        screen.query_one("#top").focus()
        await pilot.press("right")
        await until(pilot, lambda: "web.s2.qcow2" in text(pilot) and "2 of 3" in text(pilot))
        assert screen.values["base"] == ONE
        screen.query_one("#base").focus()
        await pilot.press("right")
        await until(pilot, lambda: "takes in web.s2.qcow2" in text(pilot))
        assert await agreed(pilot, hosts) == ((TWO, BASE),)


async def test_other_disks_go_along_when_that_is_wished(tmp_path: Path) -> None:
    hosts = Still(world(two_disks()), tmp_path)
    async with on_stage(hosts) as pilot:
        await pilot.press("3", "j", "j")
        screen = await asked(pilot)
        await until(pilot, lambda: "also vdb, down to the same snapshot" in text(pilot))
        screen.query_one("#others").focus()
        await pilot.press("space")
        await until(pilot, lambda: "Commit vda, vdb" in text(pilot) or screen.values["others"])
        found = await agreed(pilot, hosts)
        assert [base for _, base in found] == [file("vda.s1.qcow2"), file("vdb.s1.qcow2")]


async def test_what_no_other_disk_shares_is_not_asked(tmp_path: Path) -> None:
    hosts = Still(world(chained(2)), tmp_path)
    async with on_stage(hosts) as pilot:
        await pilot.press("3")
        await asked(pilot)
        assert "same snapshot" not in text(pilot)


async def test_a_limit_can_be_typed(hosts: Still) -> None:
    hosts.put_host(commit_bandwidth=24 * 2**20)
    async with on_stage(hosts) as pilot:
        await pilot.press("3")
        screen = await asked(pilot)
        line = screen.query_one("#limit", Line)
        assert line.value == "24M"
        line.value = "fast"
        await until(pilot, lambda: "“fast” is no speed" in text(pilot))
        line.value = "1.5M"
        await until(pilot, lambda: "Commit  " in text(pilot) and "no speed" not in text(pilot))
        await agreed(pilot, hosts)
        steps = hosts.performed[0].steps
        assert [s.bandwidth for s in steps if isinstance(s, Commit)] == [3 * 2**19]
