"""Garbage is looked for at rest."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kvmtui.ui import sweeping
from kvmtui.ui.sweeping import TICK, WORTH, begin, sweep
from tests.ui.stage import Still, on_stage, world
from tests.worlds import domain


class Resting:
    """Stands for the app."""

    def __init__(self, rested: float) -> None:
        self.rested = rested
        self.intervals: list[float] = []

    def set_interval(self, seconds: float, _callback: object) -> None:
        self.intervals.append(seconds)


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """As it was before, whatever is done to it; until then nothing is looked for by itself."""
    thresholds = gc.get_threshold()
    gc.collect()
    gc.disable()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    gc.enable()


class Ring:
    """Garbage that only the collector finds."""

    alive = 0

    def __init__(self) -> None:
        self.itself = self
        Ring.alive += 1

    def __del__(self) -> None:
        Ring.alive -= 1


def litter(rings: int = WORTH) -> None:
    for _ in range(rings):
        Ring()


def test_nothing_is_looked_for_amid_keys() -> None:
    litter()
    app: Any = Resting(TICK / 2)
    sweep(app)
    assert Ring.alive == WORTH
    app.rested = TICK
    sweep(app)
    assert Ring.alive == 0
    litter(10)
    sweep(app)
    assert Ring.alive == 10, "so little is not worth it"


def test_it_begins_only_where_nobody_has_looked_for_any() -> None:
    app: Any = Resting(0)
    begin(app)
    assert gc.isenabled()
    assert gc.get_threshold() == sweeping.YOUNG
    begin(app)
    assert app.intervals == [TICK]


async def test_a_key_is_no_rest(tmp_path: Path) -> None:
    async with on_stage(Still(world(domain("alpha")), tmp_path)) as pilot:
        app: Any = pilot.app
        await pilot.pause(0.3)
        assert app.rested > 0.2
        await pilot.press("j")
        assert app.rested < 0.2
