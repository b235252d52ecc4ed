"""What stands on the terminal after a fault of kvmtui's own."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from rich.console import Console
from textual.app import App

from kvmtui.model.world import Ref, World
from kvmtui.ui.app import Kvmtui
from tests.ui.stage import Still, bare, world

SECRET = "hunter2"


class Faulty(Still):
    """Has a fault where a domain is selected, or beside that."""

    def __init__(self, shown: World, folder: Path, *, beside: bool) -> None:
        super().__init__(shown, folder)
        self._beside = beside

    async def run(self) -> None:
        if self._beside:
            self._fail(f"qemu+ssh://admin:{SECRET}@host/system")
        await super().run()

    def select(self, ref: Ref | None) -> None:
        if not self._beside:
            self._fail(f"qemu+ssh://admin:{SECRET}@host/system")

    def _fail(self, uri: str) -> None:
        raise RuntimeError(f"\x1b]0;obeyed\x07{len(uri)}")


@pytest.mark.parametrize("beside", [True, False])
async def test_a_fault_is_told_without_values_and_without_orders(
    tmp_path: Path, beside: bool
) -> None:
    app = Kvmtui(Faulty(world(bare("web")), tmp_path, beside=beside))
    printed = io.StringIO()
    app.error_console = Console(file=printed, force_terminal=True, width=200)
    with pytest.raises(Exception, match="obeyed"):
        async with app.run_test():
            await asyncio.wait_for(app._exception_event.wait(), 20)
    app._print_error_renderables()
    said = printed.getvalue()
    assert "_fail" in said, "where it came about"
    assert "RuntimeError" in said
    assert SECRET not in said
    assert "\x1b]" not in said


def test_textual_has_what_is_replaced() -> None:
    """A new Textual may tell of faults by another method: then it would tell all values again."""
    assert "_fatal_error" in vars(App)
    assert "_fatal_error" in App._handle_exception.__code__.co_names
