"""What helps against a refusal can be chosen where the refusal is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import SnapshotDisk
from kvmtui.model.value import replace
from kvmtui.model.world import Link
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import DeleteSnapshot, ManagedSave, Power, RemoveManagedSave, Verb
from kvmtui.ui.screens.plan import PlanScreen
from tests import worlds
from tests.ui.stage import Still, on_stage, text, until
from tests.worlds import V9, branched, chained, external, inner


def still(folder: Path, of: Domain, libvirt: int = worlds.V11) -> Still:
    return Still(worlds.world(of, libvirt=libvirt, since=worlds.NOW - 60), folder)


async def asked(pilot: Pilot[int], *keys: str) -> PlanScreen:
    await pilot.press("2", "home", *keys)
    await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
    await until(pilot, lambda: "Cancel" in text(pilot))
    screen = pilot.app.screen
    assert isinstance(screen, PlanScreen)
    return screen


def focused(pilot: Pilot[int]) -> str | None:
    return pilot.app.screen.focused.id if pilot.app.screen.focused else None


async def test_the_other_branch_goes_too_when_that_is_chosen(tmp_path: Path) -> None:
    hosts = still(tmp_path, branched())
    async with on_stage(hosts) as pilot:
        screen = await asked(pilot, "d")
        assert "this libvirt can crash on that" in text(pilot)
        assert focused(pilot) == "instead"
        assert screen.query_one("#yes", Button).disabled
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, PlanScreen), "nothing is chosen yet"
        await pilot.press("down")
        await until(pilot, lambda: "the way back to “s2”" in text(pilot))
        assert "Cancel" in text(pilot), "all that must be seen has room"
        screen.query_one("#typed").focus()
        await pilot.press(*"web", "enter", "right", "enter")
        await until(pilot, lambda: bool(hosts.performed))
    steps = [step for step in hosts.performed[0].steps if isinstance(step, DeleteSnapshot)]
    assert [step.snapshot for step in steps] == ["s2", "root"]


async def test_saved_ram_goes_only_when_that_is_chosen(tmp_path: Path) -> None:
    hosts = still(tmp_path, chained(1, state=State.OFF, managed_save=True))
    async with on_stage(hosts) as pilot:
        screen = await asked(pilot, "r")
        assert "a saved RAM image waits for the next start" in text(pilot)
        assert screen.query_one("#yes", Button).disabled
        await pilot.press("down")
        await until(pilot, lambda: "Lost" in text(pilot))
        assert "the saved RAM image that waits for the next start" in text(pilot)
        await pilot.press("enter", "right", "enter")
        await until(pilot, lambda: bool(hosts.performed))
    assert isinstance(hosts.performed[0].steps[0], RemoveManagedSave)


async def test_what_clears_the_way_is_a_plan_of_its_own(tmp_path: Path) -> None:
    hosts = still(tmp_path, chained(1, state=State.OFF, managed_save=True))
    async with on_stage(hosts) as pilot:
        screen = await asked(pilot, "r")
        await pilot.press("down", "down")
        await until(pilot, lambda: str(screen.query_one("#yes", Button).label) == "Start")
        assert "Start web" in text(pilot), "the title, too"
        await pilot.press("enter")
        await until(pilot, lambda: bool(hosts.performed))
    assert hosts.performed[0].steps == (Power("web", Verb.START),)


async def test_a_remedy_is_gone_with_the_reason(tmp_path: Path) -> None:
    web = inner("i1")
    assert web.forest is not None
    (taken,) = web.forest.snapshots
    then = replace(taken, disks=(*taken.disks, SnapshotDisk("vdb", "internal", base="/b")))
    two = replace(web, forest=replace(web.forest, snapshots=(then,)))
    hosts = still(tmp_path, two, V9)
    async with on_stage(hosts) as pilot:
        screen = await asked(pilot, "d")
        await pilot.press("down")
        await until(pilot, lambda: "Delete “i1” of web" in text(pilot))
        plan = screen._planning.plan
        assert isinstance(plan, Plan)
        assert plan.steps[0] == ManagedSave("web")
        hosts.put(web)
        await until(pilot, lambda: "with the domain off" not in text(pilot))
        assert screen.values["instead"] == ""
        assert not screen.query_one("#yes", Button).disabled
        await pilot.pause(0.1)
        assert focused(pilot) not in (None, "instead", "yes"), "what is hidden loses the focus"


async def test_who_is_at_a_remedy_is_not_left_without_keys(tmp_path: Path) -> None:
    """The host is lost, and with it all that could be chosen; then it is there again."""
    hosts = still(tmp_path, branched())
    async with on_stage(hosts) as pilot:
        await asked(pilot, "d")
        assert focused(pilot) == "instead"
        for link in (Link.LOST, Link.OPEN):
            hosts.put_host(link=link)
            await until(pilot, lambda: ("not connected" in text(pilot)) is (link is Link.LOST))  # noqa: B023
            await pilot.pause(0.1)
            assert focused(pilot) is not None
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, PlanScreen), 1.0)


async def test_who_was_about_to_agree_when_the_host_was_lost_sees_what_enter_does(
    tmp_path: Path,
) -> None:
    """The button is dimmed meanwhile; Enter neither agrees nor gives up then."""
    hosts = still(tmp_path, chained(2))
    async with on_stage(hosts) as pilot:
        await asked(pilot, "r")
        await pilot.press("right")
        assert focused(pilot) == "yes"
        for link in (Link.LOST, Link.OPEN):
            hosts.put_host(link=link)
            await until(pilot, lambda: ("not connected" in text(pilot)) is (link is Link.LOST))  # noqa: B023
            await pilot.pause(0.1)
            assert focused(pilot) not in (None, "yes", "no")
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, PlanScreen)
        assert focused(pilot) == "no"
    assert hosts.performed == []


async def test_another_plan_than_was_agreed_keeps_what_was_chosen(tmp_path: Path) -> None:
    web = chained(1, state=State.OFF, managed_save=True)
    hosts = still(tmp_path, web)
    async with on_stage(hosts) as pilot:
        await asked(pilot, "r")
        await pilot.press("down")
        await until(pilot, lambda: "Lost" in text(pilot))
        assert web.forest is not None
        later = external("before-revert", "s1", base="web.s1.qcow2", overlay="web.o.qcow2")
        forest = replace(web.forest, snapshots=(*web.forest.snapshots, later))
        grown = replace(web, forest=forest)
        hosts.before_fresh = lambda: hosts.put(grown) if not hosts.performed else None
        first = pilot.app.screen
        await pilot.press("enter", "right", "enter")
        await until(pilot, lambda: pilot.app.screen is not first or bool(hosts.performed))
        assert not hosts.performed
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
        await until(pilot, lambda: "the saved RAM image" in text(pilot))


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_the_answers_fit_beside_the_fields(size: tuple[int, int], tmp_path: Path) -> None:
    hosts = still(tmp_path, chained(1, state=State.OFF, managed_save=True))
    async with on_stage(hosts, size) as pilot:
        await asked(pilot, "r")
        shown = text(pilot)
        for told in ("leave it", "go back, and give the saved RAM up", "with its saved RAM"):
            assert told in shown
        assert "Not possible" in shown
