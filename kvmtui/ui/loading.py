"""Loads, once the first screen is there, what it did not need and the next key may."""

from __future__ import annotations

import asyncio
from importlib import import_module

from kvmtui.host.lane import Lane

LATER = (
    "kvmtui.plans.planner",
    "kvmtui.plans.health",
    "kvmtui.plans.rights",
    "kvmtui.host.folders",
    "kvmtui.host.perform",
    "kvmtui.host.virt.acting",
    "kvmtui.model.comparison",
    "kvmtui.render.chain",
    "kvmtui.render.layer",
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
"""Seconds after the first screen."""


async def load() -> None:
    """All of it, on a thread that keys need not wait for; domains are read before."""
    await asyncio.sleep(AFTER)
    lane = Lane("loading")
    try:
        for name in LATER:
            await lane.call(import_module, name)
    finally:
        lane.close()
