"""Files that nobody needs once their snapshot goes: no more is promised than can be done."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.plans.wishes import Create, Delete, Move, Revert
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.host.layers import layered
from tests.host.machine import Machine

pytestmark = pytest.mark.embed


def files(machine: Machine) -> set[str]:
    return {path.name for path in machine.disks[0].parent.iterdir() if path.is_file()}


def beside(machine: Machine, name: str) -> str:
    return str(machine.disks[0].with_name(name))


async def test_what_an_overlay_of_before_a_revert_stands_on_stays(
    driver: Driver, machine: Machine
) -> None:
    """Nobody records that overlay any more, but it is there."""
    ref = await layered(driver, machine, 1)
    scribble(machine, 2)
    await driver.carry_out(Revert(ref, "s1", safety=False))
    await driver.carry_out(Delete(ref, "s1", metadata_only=True))
    before = machine.chain()
    outcome = await driver.attempt(Move(ref, "vda", beside(machine, "moved.qcow2"), tidy=True))
    assert outcome.ok
    assert outcome.unmet == ()
    assert before[0] not in files(machine)
    assert pages(Path(beside(machine, "m-vda.s1.qcow2"))) == history(1, 2)
    assert now(machine) == history(1)


async def test_a_snapshot_that_such_an_overlay_stands_on_is_deleted_all_the_same(
    driver: Driver, machine: Machine
) -> None:
    ref = await layered(driver, machine, 3)
    scribble(machine, 4)
    await driver.carry_out(Revert(ref, "s3", safety=False))
    await driver.carry_out(Move(ref, "vda", beside(machine, "moved.qcow2")))
    plan = await driver.carry_out(Delete(ref, "s3"))
    assert plan.warnings == ("m-vda.s2.qcow2 stays: it is still needed",)
    assert machine.recorded() == {"s1": None, "s2": "s1"}
    assert pages(Path(beside(machine, "m-vda.s3.qcow2"))) == history(1, 2, 3, 4)
    assert now(machine) == history(1, 2, 3)


async def test_saved_ram_goes_before_the_images_that_it_was_saved_with(
    driver: Driver, machine: Machine
) -> None:
    ref = await layered(driver, machine, 1)
    scribble(machine, 2)
    await driver.carry_out(Create(ref, "ram", how="ram"))
    scribble(machine, 3)
    ram = next(name for name in files(machine) if name.endswith(".mem"))
    kept = machine.chain()[1]
    await driver.carry_out(Move(ref, "vda", beside(machine, "moved.qcow2")))
    await driver.carry_out(Delete(ref, "ram"))
    assert not {ram, kept} & files(machine)
    assert now(machine) == history(1, 2, 3)
    await driver.carry_out(Revert(ref, "s1", safety=False))
    assert now(machine) == history(1)


async def test_what_stays_keeps_what_it_stands_on(driver: Driver, machine: Machine) -> None:
    """An image of a forgotten snapshot holds the one below it, and that the next."""
    ref = await layered(driver, machine, 3)
    await driver.carry_out(Move(ref, "vda", beside(machine, "moved.qcow2")))
    await driver.carry_out(Delete(ref, "s3", metadata_only=True))
    await driver.carry_out(Delete(ref, "s2"))
    assert machine.recorded() == {"s1": None}
    assert pages(Path(beside(machine, "m-vda.s3.qcow2"))) == history(1, 2, 3)
