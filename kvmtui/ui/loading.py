"""Loads, once the first screen is there, what it did not need and the next key may."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from importlib import import_module

from kvmtui.host.lane import Lane

DETAILS = ("kvmtui.plans.health", "kvmtui.render.chain", "kvmtui.render.layer")
"""What draws a domain once it was read."""

LATER = (
    "kvmtui.plans.planner",
    "kvmtui.plans.rights",
    "kvmtui.host.folders",
    "kvmtui.host.perform",
    "kvmtui.host.virt.acting",
    "kvmtui.model.comparison",
    "kvmtui.render.journal",
    "kvmtui.ui.help",
    "kvmtui.ui.leaving",
    "kvmtui.ui.pages",
    "kvmtui.ui.screens.commands",
    "kvmtui.ui.screens.plan",
    "kvmtui.ui.forms.adopt",
    "kvmtui.ui.forms.create",
    "kvmtui.ui.forms.delete",
    "kvmtui.ui.forms.edit",
    "kvmtui.ui.forms.guest",
    "kvmtui.ui.forms.jobs",
    "kvmtui.ui.forms.merge",
    "kvmtui.ui.forms.move",
    "kvmtui.ui.forms.pace",
    "kvmtui.ui.forms.power",
    "kvmtui.ui.forms.pull",
    "kvmtui.ui.forms.revert",
)


AFTER = 0.3
"""Seconds after which domains were read, which goes first."""


async def details() -> None:
    """What no domain can be drawn without, before one is read."""
    await _load(DETAILS)


async def rest() -> None:
    """All else."""
    await asyncio.sleep(AFTER)
    await _load(LATER)


async def _load(names: Iterable[str]) -> None:
    """On a thread that keys need not wait for."""
    lane = Lane("loading")
    try:
        for name in names:
            await lane.call(import_module, name)
    finally:
        lane.close()
