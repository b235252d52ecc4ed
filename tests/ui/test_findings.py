"""What is wrong with a domain is seen in the list, in the tree and in the chains."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

import pytest
from textual.pilot import Pilot

from kvmtui.model.domain import Domain
from kvmtui.model.growth import Growth
from kvmtui.model.value import replace
from kvmtui.ui.lines import Lines
from tests.ui.stage import Still, bare, database, on_stage, text, until, world
from tests.worlds import GIB, READY, chained

NAMES = ("one", "two", "three")


def shown(pilot: Pilot[int], pane: str) -> list[str]:
    """The lines of a pane."""
    return [row.text.plain.rstrip() for row in pilot.app.screen.query_one(pane, Lines).rows]


def pulled() -> Domain:
    """Somebody has pulled all layers into the active one."""
    made = database(NAMES)
    assert made.config is not None
    (only,) = made.config.disks
    left = replace(only, layers=only.layers[:1])
    return replace(made, config=replace(made.config, disks=(left,)))


@pytest.mark.parametrize(
    ("size", "lines"),
    [
        (
            (80, 24),
            ["! active commit… P switches, x cancels · +1"],
        ),
        (
            (160, 45),
            [
                "! active commit is ready P switches, x cancels",
                "! 24 overlays; more than 24 do not start c commits",
                "· can take 19G more, 3.0G free",
            ],
        ),
    ],
)
async def test_as_many_lines_as_there_is_room_for(
    tmp_path: Path, size: tuple[int, int], lines: list[str]
) -> None:
    deep = chained(24, jobs=(READY,))
    assert deep.config is not None
    (only,) = deep.config.disks
    deep = replace(deep, config=replace(deep.config, disks=(replace(only, free=3 * GIB),)))
    async with on_stage(Still(world(deep), tmp_path), size) as pilot:

        def told() -> list[str]:
            below = (" ".join(line.split()) for line in shown(pilot, "#chain")[1:])
            return list(takewhile(lambda line: not line.startswith("●"), below))

        await until(pilot, lambda: told() == lines)
        assert shown(pilot, "#chain")[0].startswith("vda")
        assert shown(pilot, "#domains")[1].endswith("ready")
        await until(pilot, lambda: lines[0][:12] in text(pilot))


async def test_a_stale_snapshot_is_marked_wherever_it_is_seen(tmp_path: Path) -> None:
    hosts = Still(world(database(NAMES), bare("files01")), tmp_path)
    async with on_stage(hosts, (160, 45)) as pilot:
        await until(pilot, lambda: "erp-db1" in text(pilot))
        assert "stale" not in text(pilot)
        hosts.put(pulled())
        await until(pilot, lambda: "! stale: “one” and 2 more" in text(pilot))
        assert sum("stale" in line for line in shown(pilot, "#snapshots")) == 3
        assert [line.endswith("stale") for line in shown(pilot, "#domains")[1:]] == [True, False]


async def test_a_file_system_that_fills_is_told_and_no_longer_once_it_stops(tmp_path: Path) -> None:
    quiet = database(NAMES)
    assert quiet.config is not None
    (only,) = quiet.config.disks
    quiet = replace(quiet, config=replace(quiet.config, disks=(replace(only, free=30 * GIB),)))
    source = only.layers[0].source
    hosts = Still(world(quiet, bare("files01")), tmp_path)
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "erp-db1" in text(pilot))
        hosts.put(replace(quiet, growth=(Growth("vda", source, 10**7, 30 * GIB),)))
        await until(pilot, lambda: "full in 54 min at 9.5M/s" in text(pilot))
        await until(pilot, lambda: shown(pilot, "#domains")[1].endswith("full"))
        hosts.put(replace(quiet, growth=(Growth("vda", source, 0, 30 * GIB),)))
        await until(pilot, lambda: "full in" not in text(pilot))
        assert not shown(pilot, "#domains")[1].endswith("full")
