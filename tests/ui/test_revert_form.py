"""Going back by keys: what is kept of the present, and how a revert is undone."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from kvmtui.model.domain import State
from kvmtui.model.snapshot import Forest, Memory, Snapshot
from kvmtui.model.value import replace
from kvmtui.plans.steps import CreateSnapshot, Power, RestoreRam, StartOver, Verb
from kvmtui.ui.screens.plan import PlanScreen
from tests.ui.stage import Still, bare, database, on_stage, text, until, world
from tests.worlds import DAY, NOW, external, file


def saved(name: str, age: int, **fields: object) -> Snapshot:
    """What a revert left of the state before it."""
    made = external(
        name, "snap-pre-upgrade", base=f"{name}.b", overlay=f"{name}.o", created=NOW - age
    )
    return replace(made, description="before “snap-pre-upgrade”", **fields)  # type: ignore[arg-type]


def with_records(*snapshots: Snapshot) -> Still:
    web = database()
    assert web.forest is not None
    return Still(
        world(replace(web, forest=Forest((*web.forest.snapshots, *snapshots), web.forest.current))),
        Path("/nonexistent"),
    )


async def asked(pilot: Pilot[int], key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
    await until(pilot, lambda: "Cancel" in text(pilot))


@pytest.mark.parametrize(
    ("steps", "files"),
    [(0, ("external", "")), (1, ("external", file("erp-db1.before-revert.mem"))), (2, None)],
)
async def test_the_present_state_is_kept_as_it_is_chosen(
    steps: int, files: tuple[str, str] | None, tmp_path: Path
) -> None:
    hosts = Still(world(database()), tmp_path)
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home")
        await asked(pilot, "r")
        pilot.app.screen.query_one("#keep").focus()
        await pilot.press(*["right"] * steps)
        lost = "all that was written to the disks since" in text(pilot)
        assert lost == (files is None)
        await pilot.click("#yes")
        await until(pilot, lambda: bool(hosts.performed))
    first = hosts.performed[0].steps[0]
    if files is None:
        assert first == Power("erp-db1", Verb.FORCE_OFF)
    else:
        assert isinstance(first, CreateSnapshot)
        assert (first.targets[0].mode, first.memory_file) == files


async def test_undo_goes_back_to_the_state_before_the_last_revert(tmp_path: Path) -> None:
    hosts = with_records(saved("before-revert", 2 * DAY), saved("before-revert-2", 60))
    async with on_stage(hosts) as pilot:
        await asked(pilot, "u")
        assert "Revert erp-db1 to “before-revert-2”" in text(pilot)
        await pilot.click("#yes")
        await until(pilot, lambda: bool(hosts.performed))
    steps = hosts.performed[0].steps
    assert isinstance(steps[0], CreateSnapshot)
    assert steps[0].name == "before-revert-3"
    (over,) = (step for step in steps if isinstance(step, StartOver))
    assert over.snapshot == "before-revert-2"
    assert steps[-1] == Power("erp-db1", Verb.START)


async def test_undo_brings_back_ram_that_was_kept(tmp_path: Path) -> None:
    ram = {"memory": Memory.EXTERNAL, "memory_file": "/ram/x.mem", "state": "running"}
    hosts = with_records(saved("before-revert", 60, **ram))
    async with on_stage(hosts) as pilot:
        await asked(pilot, "u")
        assert "bring back the RAM too" in text(pilot)
        await pilot.click("#yes")
        await until(pilot, lambda: bool(hosts.performed))
    last = hosts.performed[0].steps[-1]
    assert isinstance(last, RestoreRam)
    assert (last.file, last.paused) == ("/ram/x.mem", False)


@pytest.mark.parametrize("state", [State.OFF, State.RUNNING])
async def test_without_a_revert_there_is_nothing_to_undo(state: State, tmp_path: Path) -> None:
    hosts = Still(world(bare("files01", state)), tmp_path)
    async with on_stage(hosts) as pilot:
        await pilot.press("u")
        await until(pilot, lambda: "no snapshot of a state before a revert is there" in text(pilot))
        assert not isinstance(pilot.app.screen, PlanScreen)
