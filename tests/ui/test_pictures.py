"""Draws the README's pictures; what they show is compared with those in the repository.

``KVMTUI_DRAW=1`` writes them anew.
"""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path

import pytest
from textual.pilot import Pilot

from kvmtui.model.domain import State
from kvmtui.model.job import Job, JobKind, Sample
from kvmtui.model.value import replace
from kvmtui.model.world import World
from tests.ui.stage import Still, bare, database, on_stage, text, until, world
from tests.worlds import FROZEN, GIB, NOW

PICTURES = Path(__file__).parents[2] / "screenshots"
NAMES = ("snap-pre-upgrade", "instantánea1", "trước-nâng-cấp", "before-pg15")


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are always taken at the same moment, in the same zone."""
    monkeypatch.setattr("time.time", lambda: NOW)
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setattr("time.localtime", __import__("time").gmtime)


def site() -> World:
    """A small site on a quiet day."""
    frozen = replace(bare("mail-gw", State.RUNNING), guest=FROZEN)
    others = ("build-ci", "dc-hanoi", "files01", "intranet-web")
    states = (State.OFF, State.PAUSED, State.OFF, State.RUNNING)
    rest = [bare(name, state) for name, state in zip(others, states, strict=True)]
    return world(*rest[:2], database(NAMES), *rest[2:], frozen)


def words(svg: str) -> str:
    """What can be read in a picture, whatever its colours and sizes are."""
    return "\n".join(unescape(found) for found in re.findall(r"<text[^>]*>([^<]*)</text>", svg))


def keep(pilot: Pilot[int], name: str) -> None:
    """Compares the screen with the picture of that name, or draws it."""
    drawn = pilot.app.export_screenshot(title="kvmtui")
    file = PICTURES / f"{name}.svg"
    if os.environ.get("KVMTUI_DRAW"):
        file.write_text(drawn)
    assert words(drawn) == words(file.read_text()), f"{file.name} shows something else"


async def test_the_main_screen(tmp_path: Path) -> None:
    async with on_stage(Still(site(), tmp_path), (100, 30)) as pilot:
        await pilot.press("j", "j", "2")
        await until(pilot, lambda: "Antes de before-pg15" in text(pilot))
        await pilot.pause(0.2)
        keep(pilot, "main")


async def test_a_commit_before_it_is_confirmed(tmp_path: Path) -> None:
    async with on_stage(Still(site(), tmp_path), (100, 30)) as pilot:
        await pilot.press("j", "j", "c")
        await until(pilot, lambda: "the way back to “before-pg15”" in text(pilot))
        await pilot.pause(0.2)
        keep(pilot, "confirm")


async def test_a_commit_while_it_runs(tmp_path: Path) -> None:
    samples = (Sample(0.0, 3 * GIB, 8 * GIB), Sample(6.0, 5 * GIB, 8 * GIB))
    job = Job("vda", JobKind.ACTIVE_COMMIT, 5 * GIB, 8 * GIB, samples=samples)
    hosts = Still(site(), tmp_path)
    async with on_stage(hosts, (160, 45)) as pilot:
        await pilot.press("j", "j", "3")
        hosts.put(replace(database(NAMES), jobs=(job,), busy="merge"))
        await until(pilot, lambda: "62%" in text(pilot))
        await pilot.pause(0.2)
        keep(pilot, "job")
