"""Deleting by keys: one, with those below it, as a commit, or all that are marked."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from kvmtui.model.snapshot import Forest, Memory
from kvmtui.model.value import replace
from kvmtui.model.world import Ref
from kvmtui.plans.plan import Danger
from kvmtui.plans.steps import Amend, Commit, DeleteSnapshot, RemoveFile
from kvmtui.ui.screens.main import Main
from kvmtui.ui.screens.plan import PlanScreen
from tests.ui.stage import URI, Still, bare, database, on_stage, text, until, world
from tests.worlds import branched, chained, inner

NAMES = ("one", "two", "three")


@pytest.fixture
def hosts(tmp_path: Path) -> Still:
    return Still(world(database(NAMES), bare("files01")), tmp_path)


async def asked(pilot: Pilot[int], key: str = "d") -> PlanScreen:
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
    await until(pilot, lambda: "Cancel" in text(pilot))
    screen = pilot.app.screen
    assert isinstance(screen, PlanScreen)
    return screen


async def typed_and_agreed(pilot: Pilot[int], hosts: Still, name: str) -> None:
    screen = pilot.app.screen
    assert screen.query_one("#yes", Button).disabled
    screen.query_one("#typed", Input).focus()
    await pilot.press(*name)
    await until(pilot, lambda: not screen.query_one("#yes", Button).disabled)
    await pilot.click("#yes")
    await until(pilot, lambda: bool(hosts.performed))


def deleted(hosts: Still) -> list[str]:
    return [s.snapshot for s in hosts.performed[0].steps if isinstance(s, DeleteSnapshot)]


@pytest.mark.parametrize(("rights", "names"), [(1, ["one", "two", "three"]), (2, ["two", "three"])])
async def test_those_below_go_too_when_the_name_is_typed(
    rights: int, names: list[str], hosts: Still
) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home")
        screen = await asked(pilot)
        screen.query_one("#extent").focus()
        await pilot.press(*["right"] * rights)
        await until(pilot, lambda: "type the name" in text(pilot))
        for name in names:
            assert f"the way back to “{name}”" in text(pilot)
        await typed_and_agreed(pilot, hosts, "erp-db1")
    assert deleted(hosts) == names


async def test_as_a_commit_it_says_that_x_cancels(hosts: Still) -> None:
    async with on_stage(hosts, (100, 45)) as pilot:
        await pilot.press("2", "home")
        screen = await asked(pilot)
        assert "cannot be cancelled" in text(pilot)
        screen.query_one("#how").focus()
        await pilot.press("right")
        await until(pilot, lambda: "x cancels" in text(pilot))
        assert "frees about" in text(pilot)
        await pilot.click("#yes")
        await until(pilot, lambda: bool(hosts.performed))
    assert isinstance(hosts.performed[0].steps[0], Commit)


async def test_with_the_record_alone_the_ram_file_goes_only_when_wished(tmp_path: Path) -> None:
    web = database(NAMES)
    assert web.forest is not None
    one, *others = web.forest.snapshots
    saved = replace(one, memory=Memory.EXTERNAL, memory_file="/img/one.mem")
    shown = world(replace(web, forest=Forest((saved, *others), "three")))
    host = shown.hosts[0]
    hosts = Still(shown, tmp_path)
    hosts.put_host(facts=replace(host.facts, local=True))
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home")
        screen = await asked(pilot)
        assert "goes with the snapshot" in text(pilot)
        screen.query_one("#how").focus()
        await pilot.press("right", "right")
        await until(pilot, lambda: "one.mem stays behind" in text(pilot))
        await pilot.press("tab")
        await until(pilot, lambda: screen.focused is screen.query_one("#ram"))
        await pilot.press("space")
        await until(pilot, lambda: "stays behind" not in text(pilot))
        await pilot.click("#yes")
        await until(pilot, lambda: bool(hosts.performed))
    assert isinstance(hosts.performed[0].steps[-1], RemoveFile)


async def test_inside_an_image_there_is_nothing_to_commit(tmp_path: Path) -> None:
    async with on_stage(Still(world(inner("i1", "i2")), tmp_path)) as pilot:
        await pilot.press("2", "home")
        await asked(pilot)
        assert "libvirt's delete" in text(pilot)
        assert "as a commit" not in text(pilot)


async def test_a_record_that_names_a_merged_layer_can_be_corrected(tmp_path: Path) -> None:
    web = chained(3)
    assert web.forest is not None
    assert web.config is not None
    s1, _, s3 = web.forest.snapshots
    (vda,) = web.config.disks
    shorter = replace(vda, layers=(vda.layers[0], *vda.layers[2:]))
    web = replace(
        web,
        forest=Forest((s1, replace(s3, parent="s1")), "s3"),
        config=replace(web.config, disks=(shorter,)),
    )
    hosts = Still(world(web), tmp_path)
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home")
        await asked(pilot)
        assert "correct its record" not in text(pilot)
        await pilot.press("escape", "down")
        screen = await asked(pilot)
        screen.query_one("#how").focus()
        await pilot.press("right", "right", "right")
        await until(pilot, lambda: "right only if web.s2.qcow2 was merged" in text(pilot))
        await pilot.click("#yes")
        await until(pilot, lambda: bool(hosts.performed))
    assert isinstance(hosts.performed[0].steps[0], Amend)


async def test_what_cannot_be_alone_can_go_with_all_below(tmp_path: Path) -> None:
    hosts = Still(world(branched()), tmp_path)
    async with on_stage(hosts, (100, 45)) as pilot:
        await pilot.press("2", "home", "down")
        screen = await asked(pilot)
        await until(pilot, lambda: "more than one child" in text(pilot))
        assert screen.query_one("#yes", Button).disabled
        screen.query_one("#extent").focus()
        await pilot.press("right")
        await until(pilot, lambda: "type the name" in text(pilot))
        await typed_and_agreed(pilot, hosts, "web")
    assert deleted(hosts) == ["s2", "s1", "s3"]


async def test_marks_are_shown_and_all_marked_go_in_one_plan(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home", "space", "down", "down", "space")
        await until(pilot, lambda: "2 marked" in text(pilot))
        assert "✓ one" in text(pilot)
        assert "✓ two" not in text(pilot)
        assert "✓ three" in text(pilot)
        await pilot.press("up")
        await asked(pilot)
        assert "Delete 2 snapshots of erp-db1" in text(pilot)
        for name in ("one", "three"):
            assert f"the way back to “{name}”" in text(pilot)
        await typed_and_agreed(pilot, hosts, "erp-db1")
        assert deleted(hosts) == ["one", "three"]
        assert hosts.performed[0].danger is Danger.WORST


async def test_a_mark_goes_by_the_same_key_by_escape_and_with_its_snapshot(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home", "space")
        await until(pilot, lambda: "1 marked" in text(pilot))
        await pilot.press("space")
        await until(pilot, lambda: "marked" not in text(pilot))
        await pilot.press("space", "down", "space")
        await until(pilot, lambda: "2 marked" in text(pilot))
        hosts.put(database(("one", "three")))
        await until(pilot, lambda: "1 marked" in text(pilot))
        hosts.put(database(NAMES))
        await until(pilot, lambda: "● two" in text(pilot))
        assert "1 marked" in text(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: "marked" not in text(pilot))
        screen = pilot.app.screen
        assert isinstance(screen, Main)
        assert screen.view.marks == frozenset()


async def test_marks_belong_to_their_domain(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home", "space", "1", "down")
        await until(pilot, lambda: "snapshots · files01" in text(pilot))
        assert "marked" not in text(pilot)
        await pilot.press("up")
        await until(pilot, lambda: "1 marked" in text(pilot))
        screen = pilot.app.screen
        assert isinstance(screen, Main)
        assert screen.view.marks == {(Ref(URI, "u-erp-db1"), "one")}


@pytest.mark.parametrize("keys", [("1", "space"), ("2", "end", "space")], ids=["domain", "here"])
async def test_only_snapshots_can_be_marked(keys: tuple[str, ...], hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press(*keys)
        await until(pilot, lambda: "only snapshots and layers can be marked" in text(pilot))
        assert "marked ·" not in text(pilot)
