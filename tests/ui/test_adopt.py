"""What only an image knows, on the screen: shown apart, adopted and deleted by its own keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.model.disk import ImageSnapshot
from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from kvmtui.plans.steps import AdoptSnapshot, DeleteSnapshot
from kvmtui.ui.screens.main import Main
from tests.ui.stage import Still, bare, database, on_stage, text, until, world
from tests.ui.test_plan_screen import focused, modal
from tests.worlds import HOSTILE, NOW


def holding(of: Domain, name: str = "by-hand") -> Domain:
    """The domain with that snapshot in its active layer only."""
    assert of.config is not None
    disk = of.config.disks[0]
    shots = (ImageSnapshot(name, 0, NOW - 3600, "1"),)
    layers = (replace(disk.layers[0], snapshots=shots), *disk.layers[1:])
    return replace(of, config=replace(of.config, disks=(replace(disk, layers=layers),)))


@pytest.fixture
def hosts(tmp_path: Path) -> Still:
    return Still(world(holding(bare("files01")), holding(database())), tmp_path)


async def test_it_is_shown_with_what_can_be_done_and_adopted(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "◌ by-hand · vda" in text(pilot))
        await pilot.press("2", "end")
        await until(pilot, lambda: "unknown to libvirt: a adopts, d deletes" in text(pilot))
        await pilot.press("a")
        await modal(pilot)
        await pilot.press(*"why", "enter")
        await until(pilot, lambda: bool(hosts.performed))
        step = AdoptSnapshot("files01", "by-hand", "why", NOW - 3600, False, ("vda",))
        assert hosts.performed[0].steps == (step,)


async def test_it_is_deleted_after_a_look_at_the_loss(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "by-hand" in text(pilot))
        await pilot.press("2", "end", "d")
        await modal(pilot)
        assert focused(pilot) == "no"
        assert "the state “by-hand”" in text(pilot)
        await pilot.press("right", "enter")
        await until(pilot, lambda: bool(hosts.performed))
        assert hosts.performed[0].steps[1] == DeleteSnapshot("files01", "by-hand", inside=True)


@pytest.mark.parametrize("key", ["r", "e"])
async def test_what_libvirt_does_not_know_must_be_adopted_first(hosts: Still, key: str) -> None:
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "by-hand" in text(pilot))
        await pilot.press("2", "end", key)
        await until(pilot, lambda: "adopt it first (a)" in text(pilot))
        assert isinstance(pilot.app.screen, Main)


@pytest.mark.parametrize("key", ["a", "d"])
async def test_while_the_domain_runs_both_say_why_not(hosts: Still, key: str) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("j", "2", "end")
        await until(pilot, lambda: "unknown to libvirt" in text(pilot))
        await pilot.press(key)
        await until(pilot, lambda: "its images are in use" in text(pilot))
        assert isinstance(pilot.app.screen, Main)


async def test_there_is_nothing_to_adopt_elsewhere(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("j", "2", "home", "a")
        await until(pilot, lambda: "no snapshot unknown to libvirt is selected" in text(pilot))


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
async def test_any_tag_is_only_text(name: str, tmp_path: Path) -> None:
    web = replace(holding(bare("files01", State.OFF), name), forest=Forest())
    async with on_stage(Still(world(web), tmp_path)) as pilot:
        await until(pilot, lambda: "◌" in text(pilot))
        for key in ("a", "escape", "d"):
            await pilot.press("2", "end", key)
            await pilot.pause(0.1)
            drawn = text(pilot)
            assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in drawn if c != "\n")
