"""Editing on the screen: what is not touched stays as it is to the character."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Button, Input

from kvmtui.model.domain import Domain
from kvmtui.model.snapshot import Forest
from kvmtui.model.value import replace
from kvmtui.plans.steps import EditRecord, SetMetadata
from kvmtui.ui.forms.edit import meant, shown
from tests.ui.stage import Still, database, on_stage, text, until, world
from tests.ui.test_plan_screen import modal
from tests.worlds import HOSTILE, inner


@pytest.fixture
def hosts(tmp_path: Path) -> Still:
    return Still(world(database()), tmp_path)


async def test_a_description_is_continued_where_it_ends(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home", "e")
        screen = await modal(pilot)
        assert screen.focused is screen.query_one("#description")
        assert screen.query_one("#yes", Button).disabled
        await until(pilot, lambda: "nothing is changed" in text(pilot))
        await pilot.press(*"!!", "enter")
        await until(pilot, lambda: bool(hosts.performed))
        assert hosts.performed[0].steps == (
            EditRecord("erp-db1", "snap-pre-upgrade", description="Antes de snap-pre-upgrade!!"),
        )


async def test_a_rename_shows_every_step(hosts: Still) -> None:
    async with on_stage(hosts, (100, 40)) as pilot:
        await pilot.press("2", "home", "e")
        screen = await modal(pilot)
        screen.query_one("#name", Input).value = "before"
        await until(pilot, lambda: "1. record “snap-pre-upgrade” as “before” too" in text(pilot))
        assert "2. hang “instantánea1” below “before”" in text(pilot)
        assert "3. forget the record of snapshot “snap-pre-upgrade”" in text(pilot)
        assert "virsh snapshot-edit --domain erp-db1" in text(pilot)


async def test_what_would_be_untrue_is_dimmed_with_its_reason(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home", "e")
        screen = await modal(pilot)
        assert screen.query_one("#current").disabled
        assert "not erp-db1.snap-pre-upgrade.qcow2" in " ".join(text(pilot).split())


async def test_the_name_of_an_internal_one_is_refused(tmp_path: Path) -> None:
    async with on_stage(Still(world(inner("i1", "i2")), tmp_path)) as pilot:
        await pilot.press("2", "home", "e")
        screen = await modal(pilot)
        screen.query_one("#name", Input).value = "other"
        await until(pilot, lambda: "the tag inside the image" in text(pilot))
        assert screen.query_one("#yes", Button).disabled


@pytest.mark.parametrize("pane", ["1", "3", "4"])
async def test_elsewhere_the_domain_is_described(hosts: Still, pane: str) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press(pane, "e")
        screen = await modal(pilot)
        assert screen.query_one("#title", Input).value == "ERP · PostgreSQL 15"
        await pilot.press(*" 2", "enter")
        await until(pilot, lambda: bool(hosts.performed))
        step = SetMetadata("erp-db1", "title", "ERP · PostgreSQL 15 2", live=True)
        assert hosts.performed[0].steps == (step,)


async def test_a_text_of_several_lines_stays_so(hosts: Still) -> None:
    domain = database()
    assert domain.config is not None
    lines = "first line\nsecond line"
    hosts.put(replace(domain, config=replace(domain.config, description=lines)))
    async with on_stage(hosts) as pilot:
        await pilot.press("e")
        await modal(pilot)
        await until(pilot, lambda: "first line⏎second line" in text(pilot))
        await pilot.press("tab", *"!", "enter")
        await until(pilot, lambda: bool(hosts.performed))
        (step,) = hosts.performed[0].steps
        assert isinstance(step, SetMetadata)
        assert step.text == "first line\nsecond line!"


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_an_untouched_field_means_what_it_was_made_from(name: str) -> None:
    assert meant(shown(name), name) == name
    assert meant(f"{shown(name)}!", name) != name


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
async def test_any_name_and_text_is_only_text(name: str, tmp_path: Path) -> None:
    async with on_stage(Still(world(named(name)), tmp_path)) as pilot:
        for pane in ("2", "1"):
            await pilot.press(pane, "home", "e")
            await until(pilot, lambda: "nothing is changed" in text(pilot))
            drawn = text(pilot)
            assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in drawn if c != "\n")
            assert "\u202e" not in drawn
            await pilot.press("escape")
            await until(pilot, lambda: "Cancel" not in text(pilot))


def named(name: str) -> Domain:
    """A domain whose every text is that one."""
    domain = database()
    assert domain.config is not None
    assert domain.forest is not None
    first = replace(domain.forest.snapshots[0], name=name, description=name)
    config = replace(domain.config, title=name, description=name)
    return replace(domain, name=name, config=config, forest=Forest((first,), name))
