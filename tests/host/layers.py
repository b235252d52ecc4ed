"""Snapshots one above the other, each of a state of its own."""

from __future__ import annotations

from kvmtui.model.world import Ref
from kvmtui.plans.wishes import Create
from tests.host.content import scribble
from tests.host.driver import Driver
from tests.host.machine import Machine


async def layered(driver: Driver, machine: Machine, count: int) -> Ref:
    """Disk-only snapshots s1, s2, ..., each right after the scribble of its number."""
    ref = await driver.meet(machine.name)
    for number in range(1, count + 1):
        scribble(machine, number)
        await driver.carry_out(Create(ref, f"s{number}"))
    return ref
