"""What is drawn after the terminal had several sizes in a moment."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual import events
from textual._compositor import LayoutUpdate
from textual.geometry import Region, Size
from textual.pilot import Pilot
from textual.screen import Screen

from kvmtui.ui.app import Kvmtui
from tests.ui.stage import Still, bare, on_stage, until, world

SCREENS = pytest.mark.parametrize("key", ["", "o", "question_mark"])


async def opened(pilot: Pilot[int], key: str) -> Screen[object]:
    """The screen that the key opens."""
    if key:
        await pilot.press(key)
        await until(pilot, lambda: pilot.app.screen.is_modal)
    return pilot.app.screen


@SCREENS
async def test_a_busy_screen_is_laid_out_for_the_last_size(key: str, tmp_path: Path) -> None:
    async with on_stage(Still(world(bare("alpha")), tmp_path)) as pilot:
        screen = await opened(pilot, key)
        idle, laid_out = asyncio.Event(), asyncio.Event()
        screen.call_later(idle.wait)
        for size in (Size(160, 40), Size(90, 30)):
            screen.call_later(lambda: None)  # or the first size would be left out for the last
            pilot.app.post_message(events.Resize(size, size))
            await asyncio.sleep(0.1)  # Textual tells the screens a little later
        screen.screen_layout_refresh_signal.subscribe(screen, lambda _: laid_out.set())
        idle.set()
        await asyncio.wait_for(laid_out.wait(), 5)  # a pilot's pause would part the messages
        await until(pilot, lambda: screen.outer_size == Size(90, 30), 5)
        await until(pilot, lambda: not screen.has_class("-wide"), 5)


@SCREENS
async def test_a_message_with_an_older_size_counts_for_nothing(key: str, tmp_path: Path) -> None:
    async with on_stage(Still(world(bare("alpha")), tmp_path), (90, 30)) as pilot:
        screen = await opened(pilot, key)
        handled = asyncio.Event()
        screen.post_message(events.Resize(Size(160, 40), Size(160, 40)))
        screen.call_later(handled.set)
        await asyncio.wait_for(handled.wait(), 5)
        assert {shown.outer_size for shown in pilot.app.screen_stack} == {Size(90, 30)}


async def test_the_same_size_again_draws_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[object] = []
    monkeypatch.setattr(Kvmtui, "_display", lambda _app, _screen, update: drawn.append(update))
    async with on_stage(Still(world(bare("alpha")), tmp_path)) as pilot:
        while drawn:
            drawn.clear()
            await asyncio.sleep(0.2)
        pilot.app.post_message(events.Resize(pilot.app.size, pilot.app.size))
        await until(pilot, lambda: any(map(_is_whole, drawn)), 5)


def _is_whole(update: object) -> bool:
    return isinstance(update, LayoutUpdate) and update.region == Region(0, 0, 80, 24)
