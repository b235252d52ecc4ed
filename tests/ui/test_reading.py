"""Looking at XML and at what changed: pages that libvirt is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.model.comparison import Comparison
from kvmtui.model.domain import State
from kvmtui.model.value import replace
from kvmtui.ui.screens.main import Main
from kvmtui.ui.screens.reading import Reading
from tests.ui.stage import Still, bare, database, on_stage, text, until, world
from tests.worlds import HOSTILE


@pytest.fixture
def hosts(tmp_path: Path) -> Still:
    return Still(world(database(), bare("files01")), tmp_path)


@pytest.mark.parametrize("pane", ["1", "3", "4"])
async def test_the_xml_is_of_the_domain_and_turns_to_its_next_start(
    hosts: Still, pane: str
) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press(pane, "v")
        await until(pilot, lambda: "<name>running of u-erp-db1</name>" in text(pilot))
        assert "erp-db1 · XML as it runs" in text(pilot)
        assert "virsh dumpxml --domain erp-db1" in text(pilot)
        assert "Tab: next start" in text(pilot)
        await pilot.press("tab")
        await until(pilot, lambda: "<name>next start of u-erp-db1</name>" in text(pilot))
        assert "virsh dumpxml --domain erp-db1 --inactive" in text(pilot)
        await pilot.press("v")
        await until(pilot, lambda: "<name>running of" in text(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, Main))


async def test_in_the_snapshots_it_is_of_the_snapshot(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home", "v")
        await until(pilot, lambda: "<name>snap-pre-upgrade of u-erp-db1</name>" in text(pilot))
        assert "virsh snapshot-dumpxml --domain erp-db1" in text(pilot)
        await pilot.press("q", "end", "v")
        await until(pilot, lambda: "<name>running of u-erp-db1</name>" in text(pilot))


async def test_a_domain_that_is_off_or_transient_has_one_page(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("j", "v")
        await until(pilot, lambda: "<name>next start of u-files01</name>" in text(pilot))
        assert "Tab" not in text(pilot)
        await pilot.press("tab", "escape")
        passing = bare("files01", State.RUNNING)
        assert passing.config is not None
        hosts.put(replace(passing, config=replace(passing.config, persistent=False)))
        await until(pilot, lambda: "you are here · running" in text(pilot))
        await pilot.press("v")
        await until(pilot, lambda: "<name>running of u-files01</name>" in text(pilot))
        assert "Tab" not in text(pilot)


async def test_the_page_is_there_before_libvirt_answers_and_can_be_left(hosts: Still) -> None:
    hosts.answering.clear()
    async with on_stage(hosts) as pilot:
        await pilot.press("v")
        await until(pilot, lambda: "reading …" in text(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, Main))
        hosts.answering.set()
        await pilot.pause(0.1)
        assert isinstance(pilot.app.screen, Main)


async def test_what_libvirt_refuses_to_show_is_said(hosts: Still) -> None:
    hosts.unreadable = "access denied [/]"
    async with on_stage(hosts) as pilot:
        await pilot.press("v")
        await until(pilot, lambda: "access denied [/]" in text(pilot))


async def test_what_changed_is_shown_in_words_and_lines(hosts: Still) -> None:
    hosts.comparison = Comparison(("2 vCPUs then, 4 now",), ("-<vcpu>2</vcpu>", "+<vcpu>4</vcpu>"))
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "home", "D")
        await until(pilot, lambda: "2 vCPUs then, 4 now" in text(pilot))
        assert "erp-db1 · changed since “snap-pre-upgrade”" in text(pilot)
        assert "+<vcpu>4</vcpu>" in text(pilot)


async def test_without_a_snapshot_there_is_nothing_to_compare_with(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("j", "D")
        await until(pilot, lambda: "no snapshot is selected" in text(pilot))
        assert not isinstance(pilot.app.screen, Reading)


async def test_both_work_where_nothing_may_be_changed(hosts: Still) -> None:
    async with on_stage(hosts, readonly=True) as pilot:
        await pilot.press("v")
        await until(pilot, lambda: "<name>running" in text(pilot))
        await pilot.press("escape", "2", "home", "D")
        await until(pilot, lambda: "what it was then" in text(pilot))


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
async def test_any_name_is_only_text(name: str, tmp_path: Path) -> None:
    async with on_stage(Still(world(replace(database(), name=name)), tmp_path)) as pilot:
        await pilot.press("v")
        await until(pilot, lambda: "<name>running" in text(pilot))
        assert not any(ord(char) < 32 and char != "\n" for char in text(pilot))
