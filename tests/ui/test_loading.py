"""What is loaded before the first screen, and what after it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from kvmtui.ui import forms
from kvmtui.ui.commands import COMMANDS
from kvmtui.ui.loading import DETAILS, LATER, details, rest
from kvmtui.ui.view import View
from tests.ui.stage import Still, on_stage, world

HEAVY = {"email", "http.client", "xml.sax", "xml.etree.ElementTree"}
"""What other libraries load, each with many more, for one function of theirs."""

FIRST = "import kvmtui.connect, kvmtui.ui.app, sys; print(*sys.modules)"


def loaded() -> set[str]:
    """What a new process has loaded when it could draw the first screen."""
    done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, check=True, text=True)
    return {*done.stdout.split()}


def test_the_first_screen_needs_no_plan_and_no_form() -> None:
    everything = loaded()
    first = {name for name in everything if name.startswith("kvmtui.")}
    assert not first.intersection((*DETAILS, *LATER))
    assert not {name for name in first if name.startswith(("kvmtui.ui.forms", "kvmtui.demo"))}
    assert len([name for name in first if name.startswith("kvmtui.plans.")]) < 12
    assert len(first) < 130
    assert not everything & HEAVY


async def test_all_that_a_key_may_need_is_loaded_after_it() -> None:
    await details()
    await rest()
    assert {*DETAILS, *LATER} <= sys.modules.keys()
    made = {f"kvmtui.ui.forms.{module.name}" for module in iter_modules(forms.__path__)}
    assert made <= sys.modules.keys()


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.form], ids=lambda c: c.id)
def test_every_change_has_its_form(command: object) -> None:
    asked = next(c.form for c in COMMANDS if c is command)
    assert asked is not None
    module, _, name = asked.args[0].partition(".")  # type: ignore[attr-defined]
    assert callable(getattr(import_module(f"kvmtui.ui.forms.{module}"), name))
    asked(View())


async def test_what_draws_a_domain_is_loaded_before_one_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the pane loads it, and the keys wait for that."""
    order, running = list[str](), asyncio.Event()

    async def noted() -> None:
        order.append("details")

    class Hosts(Still):
        async def run(self) -> None:
            order.append("run")
            running.set()
            await super().run()

    monkeypatch.setattr("kvmtui.ui.loading.details", noted)
    async with on_stage(Hosts(world(), tmp_path)):
        await asyncio.wait_for(running.wait(), 10)
    assert order == ["details", "run"]
