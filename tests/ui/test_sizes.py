"""What is drawn after the terminal had several sizes in a moment."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual import events
from textual.geometry import Size

from tests.ui.stage import Still, bare, on_stage, until, world


@pytest.mark.parametrize("key", ["", "o", "question_mark"])
async def test_a_busy_screen_is_laid_out_for_the_last_size(key: str, tmp_path: Path) -> None:
    async with on_stage(Still(world(bare("alpha")), tmp_path)) as pilot:
        if key:
            await pilot.press(key)
            await until(pilot, lambda: pilot.app.screen.is_modal)
        screen = pilot.app.screen
        screen.call_later(asyncio.sleep, 0.5)
        for size in (Size(160, 40), Size(90, 30)):
            pilot.app.post_message(events.Resize(size, size))
            await asyncio.sleep(0.1)  # Textual tells the screens a little later
            screen.call_later(lambda: None)
        await until(pilot, lambda: screen.outer_size.height < 40)
        await until(pilot, lambda: screen.outer_size == Size(90, 30), 5)
        assert not screen.has_class("-wide")
