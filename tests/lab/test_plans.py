"""Plans through a fleet on a real libvirtd; virsh agrees with kvmtui after every step."""

from __future__ import annotations

import asyncio

import pytest

from kvmtui.model.domain import State
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Switch
from tests.host.driver import Driver
from tests.host.walk import STEPS, Walk, seeds
from tests.lab.agreement import agree
from tests.lab.conftest import NewBlank
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab

FOUND = 10.0
"""Seconds within which what others do is seen."""


async def test_what_virsh_does_behind_its_back_is_seen(
    driver: Driver, virsh: Virsh, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24)
    await driver.meet("blank")
    made.start()
    await driver.until_domain("blank", lambda d: d.state is State.RUNNING, 1, "started")
    order = ("snapshot-create-as", "blank", "--name", "by-virsh", "--disk-only", "--atomic")
    await asyncio.to_thread(virsh, *order)
    await driver.until_domain(
        "blank", lambda d: d.config is not None and d.config.depth == 2, FOUND, "snapshot"
    )
    agree(driver, virsh, "blank")
    await asyncio.to_thread(virsh, "destroy", "blank")
    await driver.until_domain("blank", lambda d: d.state is State.OFF, 1, "off")
    await driver.carry_out(Switch(driver.ref("blank"), Verb.START))
    agree(driver, virsh, "blank")


@pytest.mark.parametrize("seed", seeds("3"))
async def test_a_random_walk_loses_nothing(
    driver: Driver, virsh: Virsh, new_blank: NewBlank, seed: int
) -> None:
    made = new_blank(mib=24, disks=1 + seed % 2)
    await driver.meet("blank")
    await Walk(driver, made, "blank", seed).go(STEPS)
    agree(driver, virsh, "blank")
