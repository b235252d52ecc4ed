"""Screens that were closed leave nothing behind."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest
from rich.text import Text
from textual._styles_cache import StylesCache
from textual.screen import ModalScreen
from textual.widget import Widget

from kvmtui.ui.screens.text import TextScreen
from tests.ui.stage import Still, on_stage, text, typed_ahead, until, world
from tests.worlds import chained


@pytest.fixture
def hosts(tmp_path: Path) -> Still:
    return Still(world(chained(3, "alpha")), tmp_path)


def kept() -> tuple[int, int]:
    """Widgets, and what was drawn of widgets."""
    gc.collect()
    found = gc.get_objects()
    return tuple(sum(isinstance(each, kind) for each in found) for kind in (Widget, StylesCache))  # type: ignore[return-value]


async def test_a_modal_that_was_closed_is_forgotten(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:

        async def open_and_close() -> None:
            for key in "sco?":
                await pilot.press(key)
                await until(pilot, lambda: len(pilot.app.screen_stack) == 2 and text(pilot) != "")
                await pilot.press("escape")
                await until(pilot, lambda: len(pilot.app.screen_stack) == 1)

        await open_and_close()
        before = kept()
        for _ in range(4):
            await open_and_close()
        after = kept()
    assert max(now - then for now, then in zip(after, before, strict=True)) < 10


async def test_so_is_a_notice_that_was_put_away(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        before = kept()
        for _ in range(12):
            pilot.app.notify("told", timeout=1)
            await until(pilot, lambda: "told" in text(pilot))
            pilot.app.clear_notifications()
            await until(pilot, lambda: "told" not in text(pilot))
        await pilot.pause(6)  # the time of all of them is over
        after = kept()
    assert max(now - then for now, then in zip(after, before, strict=True)) < 10


@pytest.mark.parametrize("key", "so?JvD:")
async def test_so_is_what_was_closed_before_it_was_drawn(key: str, hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("2", "g")
        for _ in range(15):
            typed_ahead(pilot, key, "escape")
            await pilot.pause(0.05)
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        await pilot.pause(1)
        gc.collect()
        kept = sum(isinstance(each, ModalScreen) for each in gc.get_objects())
    assert kept < 3


async def test_what_a_screen_begins_when_it_goes_does_not_keep_it(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        screen = TextScreen("page", Text("text"))
        await pilot.app.push_screen(screen)
        await until(pilot, lambda: "Escape closes" in text(pilot))
        await pilot.app.pop_screen()
        await pilot.pause(0.2)
        screen.set_interval(60, screen.refresh)
        gone = weakref.ref(screen)
        del screen
        await pilot.pause(0.2)
        gc.collect()
        assert gone() is None
