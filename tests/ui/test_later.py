"""A process that got no processor for a while forgets nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import monotonic

import pytest

from kvmtui.model.domain import State
from tests.ui.stage import Still, bare, on_stage, text, until, world

STANDSTILL = 0.05
"""Seconds."""


@pytest.fixture
def starved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every Textual timer stands still for a while after it first looked at the clock."""
    begun: set[object] = set()

    def clock() -> float:
        task = asyncio.current_task()
        late = STANDSTILL if task in begun else 0.0
        begun.add(task)
        return monotonic() + late

    monkeypatch.setattr("textual.timer._time.get_time", clock)


@pytest.mark.usefixtures("starved")
async def test_every_new_world_is_drawn(tmp_path: Path) -> None:
    hosts = Still(world(bare("alpha")), tmp_path)
    async with on_stage(hosts) as pilot:
        for name in ("beta", "gamma", "delta"):
            hosts.become(world(bare("alpha"), bare(name, State.RUNNING)))
            await until(pilot, lambda name=name: f"● {name}" in text(pilot))  # type: ignore[misc]
