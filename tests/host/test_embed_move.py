"""Copying real disks: the guest goes on in the new file, and every snapshot stays what it was."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kvmtui.plans.wishes import Cancel, Delete, Move, Revert
from tests.host.conftest import Embedded, NewMachine
from tests.host.content import history, now, scatter, scribble
from tests.host.driver import Driver, driving
from tests.host.layers import layered
from tests.host.machine import Machine
from tests.lab.disk import holds

pytestmark = pytest.mark.embed

RUNNING, OFF = True, False
SLOW = 2**20
"""Bytes per second."""


def new(machine: Machine, name: str = "moved.qcow2") -> Path:
    return machine.disks[0].with_name(name)


def files(machine: Machine) -> set[str]:
    return {path.name for path in machine.disks[0].parent.glob("*.qcow2")}


@pytest.mark.parametrize(
    ("running", "depth", "shallow"),
    [
        (RUNNING, 0, False),
        (OFF, 1, False),
        (RUNNING, 20, False),
        (OFF, 2, True),
        (RUNNING, 2, True),
    ],
)
async def test_the_domain_goes_on_in_the_copy(
    driver: Driver, new_machine: NewMachine, running: bool, depth: int, shallow: bool
) -> None:
    machine = new_machine()
    if running:
        machine.start()
    ref = await layered(driver, machine, depth)
    scribble(machine, depth + 1)
    before = machine.chain()
    plan = await driver.carry_out(Move(ref, "vda", str(new(machine)), shallow))
    assert plan.losses == ()
    assert machine.running is running
    assert machine.chain() == ("moved.qcow2", *(before[1:] if shallow else ()))
    assert now(machine) == history(*range(1, depth + 2))
    assert files(machine) == {*before, "moved.qcow2"}
    scribble(machine, depth + 2)
    for number in dict.fromkeys((depth, 1)) if depth else ():
        await driver.carry_out(Revert(ref, f"s{number}", safety=number == depth))
        assert now(machine) == history(*range(1, number + 1))
    if depth:
        safety = next(name for name in machine.recorded() if name.startswith("before-revert"))
        await driver.carry_out(Revert(ref, safety, safety=False))
    assert now(machine) == history(*range(1, depth + 3))


async def test_what_nobody_needs_then_is_removed_on_demand(
    driver: Driver, machine: Machine
) -> None:
    ref = await layered(driver, machine, 2)
    scribble(machine, 3)
    active, *below = machine.chain()
    await driver.carry_out(Move(ref, "vda", str(new(machine)), tidy=True))
    assert files(machine) == {*below, "moved.qcow2"}
    assert now(machine) == history(1, 2, 3)
    assert active not in files(machine)
    await driver.carry_out(Revert(ref, "s2", safety=False))
    assert now(machine) == history(1, 2)


async def test_a_shallow_copy_is_what_the_snapshot_goes_on_in(
    driver: Driver, machine: Machine
) -> None:
    """Its record says so, by which libvirt itself can delete it."""
    ref = await layered(driver, machine, 1)
    scribble(machine, 2)
    await driver.carry_out(Move(ref, "vda", str(new(machine)), shallow=True, tidy=True))
    await driver.carry_out(Delete(ref, "s1"))
    assert machine.chain() == ("m-vda.qcow2",)
    assert now(machine) == history(1, 2)
    assert files(machine) == {"m-vda.qcow2"}


async def test_a_copy_that_is_cancelled_leaves_nothing(
    embedded: Embedded, new_machine: NewMachine, driver: Driver
) -> None:
    machine = new_machine()
    ref = await layered(driver, machine, 1)
    scatter(machine.sources()["vda"], 0x77)
    machine.start()
    before = (machine.chain(), now(machine), files(machine))
    async with driving(embedded, driver.fleet.journal.path.parent, bandwidth=SLOW) as slow:
        await slow.meet("m")
        copying = asyncio.create_task(slow.attempt(Move(ref, "vda", str(new(machine)))))
        await slow.until_domain("m", lambda d: d.jobs and d.jobs[0].fraction > 0.1, what="going")
        cancelled = await slow.attempt(Cancel(ref, "vda"))
        copied = await copying
    assert cancelled.ok, cancelled.says
    assert not copied.ok
    assert copied.undone, copied.says
    assert (machine.chain(), now(machine), files(machine)) == before
    assert holds(machine.sources()["vda"], 0x77, offset=2**22)
    await driver.carry_out(Revert(ref, "s1", safety=False))
    assert now(machine) == history(1)


async def test_nothing_that_is_there_is_overwritten(driver: Driver, machine: Machine) -> None:
    """Not even when it appears between plan and job."""
    ref = await driver.meet("m")
    made = await driver.plan(Move(ref, "vda", str(new(machine))))
    scatter_into = new(machine)
    scatter_into.write_bytes(b"somebody's" * 1000)
    assert await driver.refused(Move(ref, "vda", str(new(machine)))) == "file exists"
    outcome = await driver.fleet.perform(made)  # type: ignore[arg-type]
    assert not outcome.ok
    assert scatter_into.read_bytes() == b"somebody's" * 1000
    assert machine.chain() == ("m-vda.qcow2",)
