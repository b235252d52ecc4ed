"""Somebody goes back inside an image with virsh: external snapshots that stand on it are spoilt."""

from __future__ import annotations

import asyncio
from typing import Any

import libvirt
import pytest

from kvmtui.model.world import Ref
from kvmtui.plans import health
from kvmtui.plans.wishes import Create, Delete, Revert
from tests.host.conftest import NewMachine
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine

pytestmark = pytest.mark.embed

SECOND = 1.1
"""libvirt counts whole seconds."""


async def two_above(driver: Driver, machine: Machine) -> Ref:
    """i1 inside the base, s1 and s2 above it."""
    ref = await driver.meet("m")
    scribble(machine, 1)
    await driver.carry_out(Create(ref, "i1", how="internal"))
    for number in (2, 3):
        scribble(machine, number)
        await driver.carry_out(Create(ref, f"s{number - 1}"))
    scribble(machine, 4)
    await asyncio.sleep(SECOND)
    return ref


def go_back(machine: Machine) -> None:
    machine.handle.revertToSnapshot(machine.handle.snapshotLookupByName("i1", 0), 0)


def take(machine: Machine, name: str, flags: int) -> Any:
    return machine.handle.snapshotCreateXML(
        f"<domainsnapshot><name>{name}</name></domainsnapshot>", flags
    )


OUTSIDE = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY


def nothing(machine: Machine) -> None:
    """He only writes."""


def outside(machine: Machine) -> None:
    take(machine, "t1", OUTSIDE)


def inside(machine: Machine) -> None:
    take(machine, "t1", 0)


def inside_then_outside(machine: Machine) -> None:
    take(machine, "t1", 0)
    take(machine, "t2", OUTSIDE)


@pytest.mark.parametrize("then", [nothing, outside, inside, inside_then_outside])
@pytest.mark.parametrize("running", [False, True])
async def test_what_stood_on_it_is_not_gone_back_to(
    driver: Driver, new_machine: NewMachine, running: bool, then: Any
) -> None:
    machine = new_machine()
    if running:
        machine.start()
    ref = await two_above(driver, machine)
    go_back(machine)
    scribble(machine, 9)
    then(machine)
    if running:
        machine.off()
        await driver.until_domain("m", lambda d: not d.state.active)
    assert pages(machine.disks[0]) == history(1, 9), "s1 held 1 and 2"
    for name in ("s1", "s2"):
        assert await driver.refused(Revert(ref, name, safety=False)) == "gone back inside"
    told = [f.snapshots for f in health.findings(driver.host, driver.domain("m"))]
    assert ("s1", "s2") in told
    await driver.carry_out(Delete(ref, "s2", metadata_only=True, marked=("s1",)))
    assert now(machine) == history(1, 9)
