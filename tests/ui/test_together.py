"""What a key changes in several panes comes in one frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kvmtui.ui.sparing import Sparing
from tests.ui.stage import Still, on_stage, until, world
from tests.worlds import chained


@pytest.mark.parametrize("keys", [("1", "j", "j", "k"), ("2", "k", "k", "j"), ("3", "j", "j", "k")])
async def test_a_cursor_and_what_follows_it(
    keys: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames: list[object] = []
    display = Sparing._display

    def counted(app: Sparing, screen: Any, renderable: Any) -> None:
        if renderable is not None:
            frames.append(renderable)
        display(app, screen, renderable)

    monkeypatch.setattr(Sparing, "_display", counted)
    pane, *moves = keys
    domains = (chained(depth, f"d{depth}") for depth in (3, 4, 5))
    async with on_stage(Still(world(*domains), tmp_path), (160, 45)) as pilot:
        main: Any = pilot.app.screen
        await pilot.press(pane)
        await pilot.pause(0.5)
        for key in moves:
            frames.clear()
            before = main.view
            await pilot.press(key)
            await until(pilot, lambda: main.view != before)  # noqa: B023
            await pilot.pause(0.2)
            assert len(frames) == 1
