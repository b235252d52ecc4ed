"""What is known by then is on the first frame, and nothing is drawn only to be drawn over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from kvmtui.ui.sparing import Sparing
from tests.ui.stage import Still, bare, on_stage, until, world
from tests.worlds import inner

SIZES = pytest.mark.parametrize("size", [(80, 24), (200, 50)])


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every frame as text, in the order in which they were drawn."""
    drawn: list[str] = []
    display = Sparing._display

    def noted(app: Sparing, screen: Screen[object], renderable: Any) -> None:
        display(app, screen, renderable)
        lines = screen._compositor.render_strips()
        drawn.append("\n".join("".join(segment.text for segment in strip) for strip in lines))

    monkeypatch.setattr(Sparing, "_display", noted)
    return drawn


@SIZES
async def test_the_first_frame_shows_domains_and_the_snapshots_of_the_first(
    size: tuple[int, int], frames: list[str], tmp_path: Path
) -> None:
    hosts = Still(world(inner("i1", "i2", name="alpha"), bare("beta")), tmp_path)
    async with on_stage(hosts, size):
        first = frames[0]
    assert all(word in first for word in ("● alpha", "beta", "snapshots · alpha", "● i1", "● i2"))


async def test_without_domains_it_shows_that(frames: list[str], tmp_path: Path) -> None:
    hosts = Still(world(), tmp_path)
    async with on_stage(hosts) as pilot:
        assert "no domains" in frames[0]
        hosts.become(world(bare("alpha")))
        await until(pilot, lambda: hosts.selected == hosts.world.first)


@pytest.mark.parametrize("again", [(170, 45), (200, 50)])
async def test_no_frame_shows_rows_that_were_made_for_another_width(
    again: tuple[int, int], frames: list[str], tmp_path: Path
) -> None:
    hosts = Still(world(inner("i1", "i2", name="alpha")), tmp_path)
    async with on_stage(hosts, (160, 40)) as pilot:
        await pilot.pause(0.3)
        frames.clear()
        await pilot.resize_terminal(*again)
        await pilot.pause(0.3)
    wider, *others = (frame for frame in frames if len(frame.splitlines()) == again[1])
    rows = [line for line in wider.splitlines() if "i2" in line]
    assert rows == [line for line in others[-1].splitlines() if "i2" in line]


async def test_the_screen_is_laid_out_once_for_a_size(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sizes: list[object] = []
    lay_out = Screen._refresh_layout

    def counted(screen: Screen[object], size: Any = None, scroll: bool = False) -> None:
        sizes.append(size)
        lay_out(screen, size, scroll)

    monkeypatch.setattr(Screen, "_refresh_layout", counted)
    async with on_stage(Still(world(inner("i1", name="alpha")), tmp_path)) as pilot:
        await pilot.pause(0.3)
        assert len([size for size in sizes if size is not None]) == 1
        await pilot.resize_terminal(120, 40)
        await pilot.pause(0.3)
        assert len([size for size in sizes if size is not None]) == 2
