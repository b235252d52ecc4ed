"""A file that is not used is chosen in the chains and removed by d; its plan is the proof."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from kvmtui.model.folder import QCOW2, Folder, StoredFile
from kvmtui.model.value import replace
from kvmtui.plans.steps import DeleteSnapshot, RemoveFile
from kvmtui.ui.screens.plan import PlanScreen
from tests.ui.stage import Still, bare, database, on_stage, text, typed_ahead, until, world
from tests.worlds import DAY, FOLDER, GIB, NOW, disk, domain, file

LEFT = StoredFile(
    file("erp-db1.left.qcow2"),
    QCOW2,
    frozenset({file("erp-db1.qcow2")}),
    used=3 * GIB,
    changed=NOW - DAY,
)


@pytest.fixture
def hosts(tmp_path: Path) -> Still:
    made = Still(world(database(), bare("files01")), tmp_path)
    (shown,) = made.world.hosts
    made.put_host(
        facts=replace(shown.facts, local=True),
        folders=(Folder(FOLDER, (LEFT,)),),
    )
    return made


async def chosen(pilot: Pilot[int]) -> None:
    """The cursor stands on the orphan, the last row of the chains."""
    await pilot.press("3", "end")
    await until(pilot, lambda: "erp-db1.left" in text(pilot))


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_d_in_the_chains_removes_the_selected_file(
    hosts: Still, size: tuple[int, int]
) -> None:
    async with on_stage(hosts, size) as pilot:
        await chosen(pilot)
        await pilot.press("d")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
        await until(pilot, lambda: "no file stands on it" in text(pilot))
        shown = text(pilot)
        assert "Remove erp-db1.left.qcow2" in shown
        assert "what was written to it: 3.0G, last written" in shown
        assert "of 2 domains" in shown
        assert "rm -- /img/erp-db1.left.qcow2" in shown
        assert pilot.app.focused is pilot.app.screen.query_one("#no", Button)
        await pilot.click("#yes")
        await until(pilot, lambda: bool(hosts.performed))
    assert hosts.performed[0].steps[-1] == RemoveFile("erp-db1", LEFT.path)


async def test_d_elsewhere_still_deletes_the_snapshot(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await chosen(pilot)
        await pilot.press("2", "d")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
        await until(pilot, lambda: "Delete" in text(pilot))
        await pilot.click("#yes")
        await until(pilot, lambda: bool(hosts.performed))
    assert any(isinstance(step, DeleteSnapshot) for step in hosts.performed[0].steps)


async def test_on_a_layer_d_means_the_snapshot_as_everywhere(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await chosen(pilot)
        await pilot.press("home", "d")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
        assert "Remove erp-db1.left" not in text(pilot)


async def test_one_that_is_used_by_the_time_it_is_agreed_is_not_removed(hosts: Still) -> None:
    thief = domain("thief", disk(LEFT.path))
    async with on_stage(hosts) as pilot:
        await chosen(pilot)
        await pilot.press("d")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
        hosts.before_fresh = lambda: hosts.put_host(domains=(*hosts.world.hosts[0].domains, thief))
        await until(pilot, lambda: not pilot.app.screen.query_one("#yes", Button).disabled)
        await pilot.click("#yes")
        await until(pilot, lambda: "refers to it by now" in text(pilot))
    assert hosts.performed == []


async def test_read_only_nothing_is_removed(hosts: Still) -> None:
    async with on_stage(hosts, readonly=True) as pilot:
        await chosen(pilot)
        await pilot.press("d")
        await pilot.pause(0.2)
        assert not isinstance(pilot.app.screen, PlanScreen)


async def test_it_cannot_be_marked(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await chosen(pilot)
        await pilot.press("space")
        await until(pilot, lambda: "only snapshots and layers can be marked" in text(pilot))


@pytest.mark.parametrize("key", ["c", "p"])
async def test_it_is_no_layer_that_could_be_merged(hosts: Still, key: str) -> None:
    async with on_stage(hosts, (160, 45)) as pilot:
        await chosen(pilot)
        await pilot.press(key)
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
        await until(pilot, lambda: not pilot.app.screen.query_one("#yes", Button).disabled)
        await pilot.click("#yes")
        await until(pilot, lambda: bool(hosts.performed))
    assert LEFT.path not in repr(hosts.performed)


async def test_a_file_that_is_gone_does_not_turn_into_the_snapshot_under_the_cursor(
    hosts: Still,
) -> None:
    async with on_stage(hosts, (120, 40)) as pilot:
        await chosen(pilot)
        hosts.put_host(folders=(Folder(FOLDER, ()),))
        await until(pilot, lambda: "erp-db1.left" not in text(pilot))
        typed_ahead(pilot, "d", "right", "enter")
        said = "erp-db1.left.qcow2 is gone; the cursor is on erp-db1.qcow2 now; d again"
        await until(pilot, lambda: said in " ".join(n.message for n in pilot.app._notifications))
        await pilot.pause(0.1)
        assert not isinstance(pilot.app.screen, PlanScreen)
        assert hosts.performed == []
