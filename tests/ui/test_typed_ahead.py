"""Keys that come all at once do what they would have done one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.model.domain import State
from kvmtui.plans.steps import Commit, CreateSnapshot
from tests.ui.stage import Still, bare, database, on_stage, text, typed_ahead, until, world
from tests.worlds import chained, disk, domain, file


@pytest.fixture
def hosts(tmp_path: Path) -> Still:
    shown = world(chained(3, "alpha"), chained(3, "beta"), bare("gamma", State.RUNNING))
    return Still(shown, tmp_path)


@pytest.mark.parametrize(
    ("keys", "title"),
    [
        ("2gd", "Delete “s1” of alpha"),
        ("2gjr", "Revert alpha to “s2”"),
        ("jd", "Delete “s3” of beta"),
        ("jo", "Power of beta"),
        ("j2kd", "Delete “s2” of beta"),
        ("Gs", "Take a snapshot of gamma"),
        ("3jc", "Commit vda of alpha"),
        ("21jd", "Delete “s3” of beta"),
    ],
)
async def test_they_find_what_the_keys_before_them_went_to(
    keys: str, title: str, hosts: Still
) -> None:
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "snapshots · alpha" in text(pilot))
        typed_ahead(pilot, *keys)
        await until(pilot, lambda: "─ " in text(pilot) and "Cancel" in text(pilot))
        assert f"─ {title} ─" in text(pilot)


async def test_a_form_is_filled_in_and_agreed_to(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: "Cancel" in text(pilot))
        typed_ahead(pilot, "tab", "tab", "down", "enter", "right", "enter")
        await until(pilot, lambda: bool(hosts.performed))
        step = hosts.performed[0].steps[0]
        assert isinstance(step, Commit)
        assert step.base == file("alpha.s1.qcow2")


async def test_a_key_after_tab_goes_to_the_field_that_tab_went_to(tmp_path: Path) -> None:
    disks = (disk(file("a.qcow2")), disk(file("b.qcow2"), target="vdb"))
    hosts = Still(world(domain("files01", *disks)), tmp_path)
    async with on_stage(hosts) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: "Cancel" in text(pilot))
        first = (*"x1", "tab", *"for a test", "tab", "tab", "space", "tab", "space")
        typed_ahead(pilot, *first, "space")
        await until(pilot, lambda: "not included: vda" in text(pilot))
        typed_ahead(pilot, "shift+tab", "shift+tab", "shift+tab", "enter")
        await until(pilot, lambda: bool(hosts.performed))
        (step,) = hosts.performed[0].steps
        assert isinstance(step, CreateSnapshot)
        assert (step.name, step.description) == ("x1", "for a test")


@pytest.mark.parametrize("key", "srdco")
async def test_enter_before_a_form_was_seen_changes_nothing(key: str, hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home")
        await until(pilot, lambda: "no description" in text(pilot))
        typed_ahead(pilot, key, "enter")
        await pilot.pause(0.5)
        assert hosts.performed == []


async def test_what_cannot_work_on_the_last_of_them_says_why(tmp_path: Path) -> None:
    hosts = Still(world(database(), bare("files01")), tmp_path)
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "snapshots · erp-db1" in text(pilot))
        typed_ahead(pilot, "j", "c")
        await until(pilot, lambda: "vda has no layer below its active one" in text(pilot))


async def test_the_pane_is_the_one_that_was_gone_to(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "snapshots · alpha" in text(pilot))
        typed_ahead(pilot, *"j2gv")
        await until(pilot, lambda: "“s1” of beta · XML" in text(pilot))
