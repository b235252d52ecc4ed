"""Files that nobody needs go with the snapshot; a file that anybody names stays."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import RemoveFile
from kvmtui.plans.wishes import Create, Delete, Revert
from tests.host.conftest import NewMachine
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine
from tests.lab import disk

pytestmark = pytest.mark.embed


def there(path: Path) -> bool:
    return path.exists()


@pytest.fixture
async def ram(driver: Driver, machine: Machine) -> Path:
    """The RAM file of a snapshot s1 of a running machine."""
    ref = await driver.meet("m")
    scribble(machine, 1)
    await driver.carry_out(Create(ref, "s1", how="ram"))
    scribble(machine, 2)
    forest = driver.domain("m").forest
    assert forest is not None
    path = Path(forest.snapshots[0].memory_file)
    assert there(path)
    return path


@pytest.mark.parametrize(
    ("fields", "goes"),
    [
        ({}, True),
        ({"cancellable": True}, True),
        ({"metadata_only": True}, False),
        ({"metadata_only": True, "ram_file": True}, True),
    ],
    ids=["delete", "commit", "record", "record and RAM"],
)
async def test_a_ram_file_goes_unless_only_the_record_is_wanted(
    driver: Driver, machine: Machine, ram: Path, fields: dict[str, Any], goes: bool
) -> None:
    plan = await driver.carry_out(Delete(driver.ref("m"), "s1", **fields))
    assert there(ram) is not goes
    assert any("stays behind" in told for told in plan.warnings) is not goes
    assert now(machine) == history(1, 2)
    assert machine.recorded() == {}


async def branch(driver: Driver, machine: Machine) -> Path:
    """s1, below it s2, then back to s1: gives the overlay of s2, which nobody writes to."""
    ref = await driver.meet("m")
    for number in (1, 2):
        scribble(machine, number)
        await driver.carry_out(Create(ref, f"s{number}"))
    overlay = machine.sources()["vda"]
    await driver.carry_out(Revert(ref, "s1", safety=False))
    return overlay


async def test_both_files_of_a_leaf_beside_the_branch_go(driver: Driver, machine: Machine) -> None:
    overlay = await branch(driver, machine)
    await driver.carry_out(Delete(driver.ref("m"), "s2"))
    assert not overlay.exists()
    assert {path.name for path in overlay.parent.glob("*.qcow2")} == set(machine.chain())
    assert now(machine) == history(1)


def by_hand(overlay: Path, new_machine: NewMachine) -> None:
    disk.create(overlay.with_name("by-hand.qcow2"), backing=overlay)


def linked(overlay: Path, new_machine: NewMachine) -> None:
    other = new_machine("other")
    os.replace(overlay, other.disks[0])
    os.link(other.disks[0], overlay)


@pytest.mark.parametrize("use", [by_hand, linked], ids=["image by hand", "other name"])
async def test_a_file_that_somebody_names_after_all_stays_and_that_is_said(
    driver: Driver,
    machine: Machine,
    new_machine: NewMachine,
    use: Callable[[Path, NewMachine], None],
) -> None:
    overlay = await branch(driver, machine)
    if use is linked:
        use(overlay, new_machine)
        await driver.meet("other")
    made = await driver.plan(Delete(driver.ref("m"), "s2"))
    assert isinstance(made, Plan)
    assert any(isinstance(step, RemoveFile) for step in made.steps)
    if use is by_hand:
        use(overlay, new_machine)
    outcome = await driver.fleet.perform(made)
    assert not outcome.ok
    assert "still named by" in outcome.says
    assert overlay.exists()
    assert now(machine) == history(1)


async def test_a_file_that_an_image_made_by_hand_stands_on_is_not_promised_to_go(
    driver: Driver, machine: Machine, new_machine: NewMachine
) -> None:
    overlay = await branch(driver, machine)
    by_hand(overlay, new_machine)
    plan = await driver.carry_out(Delete(driver.ref("m"), "s2"))
    assert not any(isinstance(step, RemoveFile) for step in plan.steps)
    assert overlay.exists()


def replaced_by_link(path: Path) -> Path:
    """The same content under another name, to which the old one leads."""
    elsewhere = path.with_name("precious")
    path.replace(elsewhere)
    path.symlink_to(elsewhere)
    return elsewhere


def forget(driver: Driver) -> Delete:
    """A deletion after which, on any libvirt, the RAM file is for kvmtui to remove."""
    return Delete(driver.ref("m"), "s1", metadata_only=True, ram_file=True)


async def test_what_is_no_plain_file_is_not_removed(
    driver: Driver, machine: Machine, ram: Path
) -> None:
    precious = replaced_by_link(ram)
    outcome = await driver.attempt(forget(driver))
    assert "is no plain file" in outcome.says
    assert there(precious)
    assert machine.recorded() == {}


async def test_a_file_that_is_gone_already_is_no_failure(
    driver: Driver, machine: Machine, ram: Path
) -> None:
    made = await driver.plan(forget(driver))
    assert isinstance(made, Plan)
    assert isinstance(made.steps[-1], RemoveFile)
    os.unlink(ram)
    assert (await driver.fleet.perform(made)).ok
