"""Keys that come all at once do what they would have done one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.model.domain import State
from tests.ui.stage import Still, bare, database, on_stage, text, typed_ahead, until, world
from tests.worlds import chained


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


async def test_what_cannot_work_on_the_last_of_them_says_why(tmp_path: Path) -> None:
    hosts = Still(world(database(), bare("files01")), tmp_path)
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "snapshots · erp-db1" in text(pilot))
        typed_ahead(pilot, "j", "c")
        await until(pilot, lambda: "shut off: QEMU does the merge" in text(pilot))


async def test_the_pane_is_the_one_that_was_gone_to(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "snapshots · alpha" in text(pilot))
        typed_ahead(pilot, *"j2gv")
        await until(pilot, lambda: "“s1” of beta · XML" in text(pilot))
