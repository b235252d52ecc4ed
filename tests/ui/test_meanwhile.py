"""What others take away right before a key is pressed: nothing else is hit in its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from kvmtui.host.perform import Outcome
from kvmtui.model.domain import Domain, State
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from kvmtui.model.world import Ref
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import DeleteSnapshot
from kvmtui.ui import redraws
from kvmtui.ui.lines import Lines
from kvmtui.ui.screens.plan import PlanScreen
from tests.ui.stage import URI, Still, bare, database, on_stage, text, typed_ahead, until, world
from tests.worlds import COMMITTING, inner

NAMES = ("i1", "i2", "i3", "i4")


def without(of: Domain, *names: str) -> Domain:
    """The domain after somebody has deleted these snapshots inside its image."""
    assert of.forest is not None
    left = tuple(s for s in of.forest.snapshots if s.name not in names)
    parents = {s.name: s.parent for s in of.forest.snapshots}

    def above(name: str | None) -> str | None:
        while name in names:
            name = parents[name]
        return name

    kept = tuple(replace(s, parent=above(s.parent)) for s in left)
    return replace(of, forest=Forest(kept, above(of.forest.current)))


@pytest.fixture
def hosts(tmp_path: Path) -> Still:
    return Still(world(inner(*NAMES), bare("zoo")), tmp_path)


def notices(pilot: Pilot[int]) -> list[str]:
    return [notice.message for notice in pilot.app._notifications]


def cursor(pilot: Pilot[int], pane: str) -> object:
    return pilot.app.screen.query_one(pane, Lines).key


async def choose(pilot: Pilot[int], name: str) -> None:
    """Puts the cursor onto a snapshot by hand."""
    await pilot.press("2", "g", *["j"] * NAMES.index(name))
    await until(pilot, lambda: cursor(pilot, "#snapshots") == name)


@pytest.mark.parametrize("key", ["d", "r", "e"])
async def test_a_key_meant_for_a_snapshot_that_is_gone_does_nothing_once(
    hosts: Still, key: str
) -> None:
    async with on_stage(hosts, (120, 40)) as pilot:
        await choose(pilot, "i2")
        hosts.put(without(inner(*NAMES), "i2"))
        await until(pilot, lambda: cursor(pilot, "#snapshots") == "i3")
        typed_ahead(pilot, key, "right", "enter")
        await until(pilot, lambda: bool(notices(pilot)))
        assert notices(pilot) == [
            f"“i2” is gone; the cursor is on “i3” now; {key} again if that is meant"
        ]
        await pilot.pause(0.1)
        assert not isinstance(pilot.app.screen, PlanScreen)
        assert hosts.performed == []
        await pilot.press("2", key)
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
        assert "“i3”" in text(pilot)


@pytest.mark.parametrize("keys", [("d", "right", "enter"), ("r", "right", "enter"), ("o", "enter")])
async def test_a_key_that_comes_before_the_news_is_for_what_was_there(
    hosts: Still, keys: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redraws, "AT_ONCE", 1.0)
    async with on_stage(hosts, (120, 40)) as pilot:
        await choose(pilot, "i2")
        hosts.become(world(without(inner(*NAMES), "i2") if keys[0] != "o" else bare("zoo")))
        typed_ahead(pilot, *keys)
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
        await until(pilot, lambda: "No  " in text(pilot))
        await pilot.press("escape")
        assert hosts.performed == []


async def test_what_needs_no_snapshot_goes_on_and_who_looks_knows(hosts: Still) -> None:
    async with on_stage(hosts, (120, 40)) as pilot:
        await choose(pilot, "i2")
        hosts.put(without(inner(*NAMES), "i2"))
        await until(pilot, lambda: "i2" not in text(pilot))
        await pilot.press("s")
        await until(pilot, lambda: "Take a snapshot of web" in text(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "Cancel" not in text(pilot))
        await pilot.press("j", "k", "d")
        await until(pilot, lambda: "Delete “i3” of web" in text(pilot))


async def test_a_snapshot_that_comes_back_has_the_cursor_again(hosts: Still) -> None:
    async with on_stage(hosts, (120, 40)) as pilot:
        await choose(pilot, "i2")
        hosts.put(without(inner(*NAMES), "i2"))
        await until(pilot, lambda: cursor(pilot, "#snapshots") == "i3")
        hosts.put(inner(*NAMES))
        await until(pilot, lambda: cursor(pilot, "#snapshots") == "i2")
        await pilot.press("d")
        await until(pilot, lambda: "Delete “i2” of web" in text(pilot))


@pytest.mark.parametrize("key", ["o", "s", "c"])
async def test_a_key_meant_for_a_domain_that_is_gone_does_nothing_once(
    tmp_path: Path, key: str
) -> None:
    first, second = bare("first", State.RUNNING), database()
    hosts = Still(world(second, first), tmp_path)
    async with on_stage(hosts, (120, 40)) as pilot:
        await pilot.press("1", "j")
        await until(pilot, lambda: hosts.selected == Ref(URI, first.uuid))
        hosts.become(world(second))
        await until(pilot, lambda: cursor(pilot, "#domains") == Ref(URI, second.uuid))
        typed_ahead(pilot, key, "enter")
        await until(pilot, lambda: bool(notices(pilot)))
        again = f"{key} again if that is meant"
        assert notices(pilot) == [f"first is gone; the cursor is on erp-db1 now; {again}"]
        await pilot.pause(0.1)
        assert hosts.performed == []
        await pilot.press(key)
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
        assert "erp-db1" in text(pilot)


async def test_other_rows_of_another_domain_are_nothing_that_is_gone(tmp_path: Path) -> None:
    hosts = Still(world(inner("a1", "a2", name="a"), inner("b1", "b2", name="b")), tmp_path)
    async with on_stage(hosts, (120, 40)) as pilot:
        await until(pilot, lambda: cursor(pilot, "#snapshots") == "a2")
        await pilot.press("1", "j")
        await until(pilot, lambda: cursor(pilot, "#snapshots") == "b2")
        await pilot.press("d")
        await until(pilot, lambda: "Delete “b2” of b" in text(pilot))
        await pilot.press("escape", "1", "k")
        await until(pilot, lambda: cursor(pilot, "#snapshots") == "a2")
        await pilot.press("d")
        await until(pilot, lambda: "Delete “a2” of a" in text(pilot))


class Deleting(Still):
    """Hosts on which a deletion comes about."""

    async def perform(self, plan: Plan) -> Outcome:
        found = self.world.find(plan.ref)
        assert found is not None
        gone = [step.snapshot for step in plan.steps if isinstance(step, DeleteSnapshot)]
        self.put(without(found[1], *gone))
        return await super().perform(plan)


async def test_what_one_has_deleted_oneself_is_not_missed(tmp_path: Path) -> None:
    hosts = Deleting(world(inner(*NAMES)), tmp_path)
    async with on_stage(hosts, (120, 40)) as pilot:
        await choose(pilot, "i2")
        for name in ("i2", "i3"):
            await pilot.press("d")
            await until(pilot, lambda name=name: f"Delete “{name}” of web" in text(pilot))  # type: ignore[misc]
            await pilot.press("right", "enter")
            await until(pilot, lambda name=name: f"✔ Delete “{name}” of web" in text(pilot))  # type: ignore[misc]
        assert notices(pilot) == []


async def test_a_mark_that_is_lost_does_not_turn_into_the_one_under_the_cursor(
    hosts: Still,
) -> None:
    async with on_stage(hosts, (120, 40)) as pilot:
        await choose(pilot, "i2")
        await pilot.press("space")
        await until(pilot, lambda: "1 marked" in text(pilot))
        await choose(pilot, "i4")
        hosts.put(without(inner(*NAMES), "i2"))
        await until(pilot, lambda: "marked" not in text(pilot))
        typed_ahead(pilot, "d", "right", "enter")
        await until(pilot, lambda: bool(notices(pilot)))
        assert notices(pilot) == ["“i2”, which you had marked, is gone; d again if that is meant"]
        await pilot.press("2", "d")
        await until(pilot, lambda: "Delete “i4” of web" in text(pilot))
        assert hosts.performed == []


async def test_a_layer_whose_mark_is_lost_is_not_the_active_one(tmp_path: Path) -> None:
    hosts = Still(world(database(("one", "two", "three"))), tmp_path)
    async with on_stage(hosts, (120, 40)) as pilot:
        await pilot.press("3", "g", "j", "space", "G")
        await until(pilot, lambda: "✓" in text(pilot))
        hosts.put(database(("one", "three")))
        await until(pilot, lambda: "3 layers" in text(pilot))
        await pilot.press("c")
        await until(pilot, lambda: bool(notices(pilot)))
        assert notices(pilot) == [
            "erp-db1.two.qcow2, which you had marked, is gone; c again if that is meant"
        ]
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))


async def test_a_job_that_has_ended_is_not_another_one(tmp_path: Path) -> None:
    one, other = (replace(bare(name, State.RUNNING), jobs=(COMMITTING,)) for name in ("a1", "b2"))
    hosts = Still(world(one, other), tmp_path)
    async with on_stage(hosts, (120, 40)) as pilot:
        await pilot.press("5", "g")
        await until(pilot, lambda: cursor(pilot, "#jobs") == (URI, one.uuid, "vda"))
        hosts.put(replace(one, jobs=()))
        await until(pilot, lambda: cursor(pilot, "#jobs") == (URI, other.uuid, "vda"))
        typed_ahead(pilot, "x", "right", "enter")
        await until(pilot, lambda: bool(notices(pilot)))
        assert notices(pilot)[0].startswith("the job of vda of a1 is gone; the cursor is on the ")
        await pilot.pause(0.1)
        assert hosts.performed == []


async def test_a_snapshot_of_the_same_name_is_not_the_one_that_was_meant(hosts: Still) -> None:
    async with on_stage(hosts, (120, 40)) as pilot:
        await choose(pilot, "i2")
        await pilot.press("d")
        await until(pilot, lambda: "Delete “i2” of web" in text(pilot))
        hosts.put(retaken("i2"))
        await until(pilot, lambda: "“i2” was deleted and taken anew meanwhile" in text(pilot))
        await pilot.press("right", "enter", "escape")
        assert hosts.performed == []


async def test_nor_is_one_that_was_taken_anew_in_the_last_moment(hosts: Still) -> None:
    async with on_stage(hosts, (120, 40)) as pilot:
        await choose(pilot, "i2")
        await pilot.press("d")
        await until(pilot, lambda: "Delete “i2” of web" in text(pilot))
        hosts.before_fresh = lambda: hosts.put(retaken("i2"))
        await pilot.press("right", "enter")
        await until(pilot, lambda: "has changed meanwhile" in text(pilot))
        assert hosts.performed == []


def retaken(name: str) -> Domain:
    """The domain after somebody has deleted a snapshot and taken another of that name."""
    made = inner(*NAMES)
    assert made.forest is not None
    taken = tuple(
        replace(s, created=s.created + 60) if s.name == name else s for s in made.forest.snapshots
    )
    return replace(made, forest=Forest(taken, made.forest.current))


async def test_another_plan_is_not_agreed_to_by_a_key_that_was_on_its_way(tmp_path: Path) -> None:
    hosts = Still(world(database(("one", "two", "three"))), tmp_path)
    async with on_stage(hosts, (120, 40)) as pilot:
        await pilot.press("3", "G", "c")
        await until(pilot, lambda: "Commit vda of erp-db1" in text(pilot))
        await pilot.press("right")
        hosts.put(database(("one", "three")))
        await until(pilot, lambda: "has changed meanwhile" in text(pilot))
        typed_ahead(pilot, "enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, PlanScreen))
        assert hosts.performed == []
