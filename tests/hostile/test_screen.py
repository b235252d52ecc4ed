"""The real screen over worlds full of names that want to be obeyed: it shows them, harmlessly."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from kvmtui.host.journal import Entry
from kvmtui.model.comparison import Comparison
from kvmtui.model.disk import ImageSnapshot
from kvmtui.model.domain import Domain, State
from kvmtui.model.guest import Channel
from kvmtui.model.value import replace
from kvmtui.model.world import Link
from tests.hostile.renamed import renamed
from tests.hostile.values import harmless
from tests.ui.stage import Still, on_stage, text, until, world
from tests.worlds import ANSWERING, COMMITTING, NOW, chained

ENDINGS = {
    "orders": "\x1b]0;t\x07\x9b2J\x90q\x9c\u202e\u2066\u200b\n\r\t\udc80\ud800\0[/x][red]",
    "size": "z" + "\u0336" * 400 + "\u5bbd" * 1000,
}

KEYS = ("1o", "1e", "1v", "2gr", "2gd", "2ge", "2gD", "2gs", "3jc", "3jp", "3jm", "4f", "4t", "J")
"""Where something is opened that is made of names."""


def _everything() -> tuple[Domain, ...]:
    web = chained(2, channel=Channel.CONNECTED, guest=ANSWERING, title="T", description="D")
    assert web.config is not None
    (disk,) = web.config.disks
    inside = replace(disk.layers[0], snapshots=(ImageSnapshot("stray", 5, 5, "1"),))
    disk = replace(disk, layers=(inside, *disk.layers[1:]), free=9)
    web = replace(web, config=replace(web.config, disks=(disk,)), trouble="why")
    return web, chained(1, "job", jobs=(COMMITTING,)), chained(1, "off", state=State.OFF)


@pytest.fixture(params=list(ENDINGS))
def ending(request: pytest.FixtureRequest) -> str:
    return ENDINGS[request.param]


@pytest.fixture
def hosts(ending: str, tmp_path: Path) -> Still:
    still = Still(renamed(world(*_everything()), ending), tmp_path)
    still.comparison = renamed(Comparison(("told",), ("+line",)), ending)
    still.journal.entries.append(renamed(Entry(NOW, "h", "d", "s", "v", "r", 1.0, False), ending))
    still.note, still.unmet = f"note{ending}", (f"unmet{ending}",)
    return still


def check(pilot: Pilot[int]) -> None:
    for line in text(pilot).split("\n"):
        assert harmless(line), ascii(line)


async def test_all_that_can_be_opened(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "stray" in text(pilot))
        for keys in KEYS:
            await pilot.press(*keys)
            check(pilot)
            await pilot.press("escape")
            check(pilot)


async def test_what_came_of_it(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("o", "enter", "right", "enter")
        await until(pilot, lambda: "✔ Ask web" in text(pilot))
        check(pilot)


async def test_what_pops_up(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("G", "c")
        await until(pilot, lambda: "commit" in text(pilot))
        check(pilot)


async def test_a_lost_host(hosts: Still, ending: str) -> None:
    async with on_stage(hosts) as pilot:
        hosts.put_host(link=Link.LOST, trouble=f"trouble{ending}")
        await until(pilot, lambda: " lost " in text(pilot))
        check(pilot)


async def test_what_is_typed_or_pasted(hosts: Still, ending: str) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "g", "e")
        await until(pilot, lambda: "About" in text(pilot))
        pilot.app.focused.value = ending  # type: ignore[union-attr]
        await pilot.pause()
        check(pilot)
