"""The modal of every change: what it asks, shows and lets through."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from kvmtui.model.domain import State
from kvmtui.model.snapshot import Forest, Memory, Snapshot, SnapshotDisk
from kvmtui.model.value import replace
from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import Commit, CreateSnapshot, DeleteSnapshot, Power, Verb
from kvmtui.ui.forms import create
from kvmtui.ui.screens.main import Main
from kvmtui.ui.screens.plan import PlanScreen
from kvmtui.ui.view import View
from tests.ui.stage import Still, bare, database, on_stage, text, until, world
from tests.worlds import ref


@pytest.fixture
def hosts(tmp_path: Path) -> Still:
    return Still(world(database(), bare("files01")), tmp_path)


async def modal(pilot: Pilot[int]) -> PlanScreen:
    await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
    await until(pilot, lambda: "Cancel" in text(pilot))
    screen = pilot.app.screen
    assert isinstance(screen, PlanScreen)
    return screen


async def closed(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, Main))


def focused(pilot: Pilot[int]) -> str | None:
    return pilot.app.screen.focused.id if pilot.app.screen.focused else None


@pytest.mark.parametrize("key", ["r", "d", "c"])
async def test_cancel_has_the_focus_where_something_is_lost(key: str, hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home", key)
        await modal(pilot)
        assert focused(pilot) == "no"
        await pilot.press("enter")
        await closed(pilot)
        assert hosts.performed == []


async def test_a_snapshot_takes_its_key_and_enter(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("s")
        screen = await modal(pilot)
        assert focused(pilot) == "name"
        assert screen.query_one("#name", Input).value.startswith("snap-")
        await pilot.press(*"before-apt", "enter")
        await until(pilot, lambda: bool(hosts.performed))
        (step,) = hosts.performed[0].steps
        assert isinstance(step, CreateSnapshot)
        assert step.name == "before-apt"
        assert step.disk_only
        assert step.quiesce
        await until(pilot, lambda: "✔ Take a snapshot of erp-db1: done" in text(pilot))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a/b", "cannot hold “/”"),
        (".hidden", "cannot start with “.”"),
        ("instantánea1", "exists already"),
        (" ", "needs a name"),
        ("ế" * 100, "ends at"),
    ],
)
async def test_a_bad_name_is_refused_in_the_form(name: str, reason: str, hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("s")
        screen = await modal(pilot)
        screen.query_one("#name", Input).value = name
        await until(pilot, lambda: reason in text(pilot))
        assert screen.query_one("#yes", Button).disabled
        await pilot.press("enter")
        await pilot.pause(0.1)
        assert hosts.performed == []


async def test_a_kind_that_libvirt_refuses_is_passed_over_with_its_reason(tmp_path: Path) -> None:
    off = bare("files01")
    async with on_stage(Still(world(off), tmp_path)) as pilot:
        await pilot.press("s")
        screen = await modal(pilot)
        await until(pilot, lambda: "there is no RAM to save" in text(pilot))
        await pilot.press("tab", "tab", "right")
        await until(pilot, lambda: screen.values["how"] == "internal")


async def test_delete_shows_its_loss_and_its_virsh_line(hosts: Still) -> None:
    async with on_stage(hosts, (100, 40)) as pilot:
        await pilot.press("2", "home", "d")
        await modal(pilot)
        shown = text(pilot)
        assert "the way back to “snap-pre-upgrade”" in shown
        assert "virsh snapshot-delete --domain erp-db1" in shown
        assert "cannot be cancelled" in shown
        await pilot.press("right", "enter")
        await until(pilot, lambda: bool(hosts.performed))
        assert isinstance(hosts.performed[0].steps[0], DeleteSnapshot)


async def test_several_snapshots_go_only_when_the_name_is_typed(tmp_path: Path) -> None:
    disk = SnapshotDisk("vda", "internal", "", "/img/lab.qcow2")
    tree = Forest(
        tuple(
            Snapshot(name, parent, 1, "", "running", Memory.INTERNAL, "", (disk,))
            for name, parent in (("a", None), ("b", "a"))
        ),
        "b",
    )
    hosts = Still(world(replace(bare("lab"), forest=tree)), tmp_path)
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home", "d")
        screen = await modal(pilot)
        screen.query_one("#extent").focus()
        await pilot.press("right")
        await until(pilot, lambda: screen.query_one("#yes", Button).disabled)
        screen.query_one("#typed", Input).focus()
        await pilot.press(*"lab")
        await until(pilot, lambda: not screen.query_one("#yes", Button).disabled)
        await pilot.press("enter", "right", "enter")
        await until(pilot, lambda: bool(hosts.performed))
        assert hosts.performed[0].losses == ("the way back to “b”", "the way back to “a”")


async def test_the_layer_under_the_cursor_is_where_a_commit_goes(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("3", "end", "c")
        screen = await modal(pilot)
        assert screen.values["base"].endswith("erp-db1.qcow2")
        await pilot.press("right", "enter")
        await until(pilot, lambda: bool(hosts.performed))
        first = hosts.performed[0].steps[0]
        assert isinstance(first, Commit)
        assert first.base.endswith("erp-db1.qcow2")


async def test_a_world_that_changed_meanwhile_is_told_and_asked_again(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("s")
        await modal(pilot)
        taken = replace(database(), state=State.PAUSED, guest=None)
        hosts.before_fresh = lambda: hosts.put(taken)
        await pilot.press(*"x1", "enter")
        await pilot.pause(0.3)
        assert hosts.performed == []
        assert "the guest agent" in text(pilot) or "paused" in text(pilot)


async def test_a_plan_that_changed_is_shown_before_it_runs(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("c")
        await modal(pilot)
        snapshots = database().forest
        assert snapshots is not None
        fewer = replace(database(), forest=Forest(snapshots.snapshots[:1], "snap-pre-upgrade"))
        hosts.before_fresh = lambda: hosts.put(fewer)
        await pilot.press("right", "enter")
        await until(pilot, lambda: "has changed meanwhile" in text(pilot))
        assert hosts.performed == []
        assert focused(pilot) == "no"


async def test_a_failure_stays_on_the_screen_until_it_is_put_away(hosts: Still) -> None:
    hosts.error = "No space left on device"
    async with on_stage(hosts) as pilot:
        await pilot.press("s", "enter")
        await until(pilot, lambda: "✘ Take a snapshot of erp-db1: could not" in text(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "✘" not in text(pilot))


async def test_the_power_menu_offers_what_can_be_done(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("o")
        screen = await modal(pilot)
        assert screen.values["verb"] is Verb.SHUTDOWN
        await pilot.press("enter", "enter")
        await until(pilot, lambda: "Power of" not in text(pilot))
        assert hosts.performed == []
        await pilot.press("o")
        screen = await modal(pilot)
        await pilot.press("down", "down")
        await until(pilot, lambda: screen.values["verb"] is Verb.FORCE_OFF)
        assert "the RAM" in text(pilot)
        await pilot.press("enter")
        assert focused(pilot) == "no"
        await pilot.press("right", "enter")
        await until(pilot, lambda: bool(hosts.performed))
        assert hosts.performed[0].steps == (Power("erp-db1", Verb.FORCE_OFF),)


async def test_a_domain_that_vanishes_under_the_modal_takes_the_plan_with_it(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("s")
        screen = await modal(pilot)
        hosts.become(world(bare("files01")))
        await until(pilot, lambda: "no domain is selected" in text(pilot))
        assert screen.query_one("#yes", Button).disabled
        hosts.become(world(database()))
        await until(pilot, lambda: not screen.query_one("#yes", Button).disabled)


async def test_disks_are_chosen_one_by_one(tmp_path: Path) -> None:
    two = bare("files01")
    assert two.config is not None
    odd = replace(two.config.disks[0], target="x y:[b]")
    both = replace(two, config=replace(two.config, disks=(*two.config.disks, odd)))
    hosts = Still(world(both), tmp_path)
    async with on_stage(hosts) as pilot:
        await pilot.press("s")
        await modal(pilot)
        await pilot.press("tab", "tab", "tab", "space", "enter")
        await until(pilot, lambda: bool(hosts.performed))
        (step,) = hosts.performed[0].steps
        assert isinstance(step, CreateSnapshot)
        assert [(t.disk, t.mode) for t in step.targets] == [("x y:[b]", "external"), ("vda", "no")]


async def test_a_plan_that_is_longer_than_its_place_says_so_and_scrolls(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home", "r")
        await modal(pilot)
        await until(pilot, lambda: "PgDn shows more" in text(pilot))
        assert "virsh snapshot-create " not in text(pilot)
        for _ in range(4):
            await pilot.press("pagedown")
        await until(pilot, lambda: "virsh snapshot-create " in text(pilot))
    async with on_stage(hosts, (120, 50)) as pilot:
        await pilot.press("o")
        await modal(pilot)
        await pilot.pause()
        assert "PgDn" not in text(pilot)


async def test_that_a_plan_is_longer_than_its_place_is_told_at_any_size(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home", "d")
        await modal(pilot)
        for columns, more in ((40, True), (80, False), (40, True)):
            await pilot.resize_terminal(columns, 24)
            await until(pilot, lambda m=more: m is ("PgDn" in text(pilot)))  # type: ignore[misc]


async def test_what_could_not_be_asked_when_it_was_opened_breaks_nothing(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        made = create.form(View(hosts.world, ref=ref(database())))
        assert not isinstance(made, Refusal)
        idle = hosts.world
        hosts.put(replace(database(), busy="a merge"))
        screen = PlanScreen(made, lambda: hosts.world, lambda *_: None, "", {"name": "s9"})
        pilot.app.push_screen(screen)
        await until(pilot, lambda: "is busy: a merge" in text(pilot))
        hosts.become(idle)
        await until(pilot, lambda: "nothing could be asked" in text(pilot))
