"""Snapshots of real QEMUs: what each kind keeps, and which layer the guest goes on in."""

from __future__ import annotations

from pathlib import Path

import libvirt
import pytest

from kvmtui.model.disk import Layer
from kvmtui.model.domain import State
from kvmtui.model.snapshot import Kind, Memory
from kvmtui.plans.plan import Plan
from kvmtui.plans.wishes import Create, Delete, Revert
from tests.host.conftest import NewMachine
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine

pytestmark = pytest.mark.embed


def layers(driver: Driver, name: str = "m", target: str = "vda") -> tuple[Layer, ...]:
    """The chain as kvmtui shows it."""
    config = driver.domain(name).config
    found = config.disk(target) if config else None
    assert found is not None
    return found.layers


@pytest.mark.parametrize("power", ["running", "paused", "off"])
async def test_a_disk_only_snapshot_freezes_the_image_and_adds_a_layer(
    driver: Driver, new_machine: NewMachine, power: str
) -> None:
    machine = new_machine()
    if power != "off":
        machine.start()
    if power == "paused":
        machine.handle.suspend()
    before = machine.state
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "s1", "before the upgrade"))
    scribble(machine, 1)
    assert machine.chain() == ("m-vda.s1.qcow2", "m-vda.qcow2")
    assert pages(machine.disks[0]) == history()
    assert now(machine) == history(1)
    assert machine.state == before
    assert machine.recorded() == {"s1": None}
    shown = driver.domain("m").forest
    assert shown is not None
    assert shown.current == "s1"
    assert [(s.kind, s.description) for s in shown.snapshots] == [
        (Kind.EXTERNAL, "before the upgrade")
    ]
    assert [Path(layer.source).name for layer in layers(driver)] == [
        "m-vda.s1.qcow2",
        "m-vda.qcow2",
    ]
    assert all(layer.used and layer.capacity for layer in layers(driver))


async def test_only_the_chosen_disks_get_a_layer(driver: Driver, new_machine: NewMachine) -> None:
    machine = new_machine(disks=2)
    machine.start()
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "s1", disks=("vdb",)))
    assert machine.chain("vda") == ("m-vda.qcow2",)
    assert machine.chain("vdb") == ("m-vdb.s1.qcow2", "m-vdb.qcow2")


async def test_a_taken_file_name_is_avoided_as_long_as_a_snapshot_names_it(
    driver: Driver, machine: Machine
) -> None:
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "a/b".replace("/", " ")))
    await driver.carry_out(Create(ref, "a_b"))
    assert machine.chain() == ("m-vda.a_b-2.qcow2", "m-vda.a_b.qcow2", "m-vda.qcow2")


async def test_a_file_in_the_way_is_avoided(driver: Driver, machine: Machine) -> None:
    ref = await driver.meet("m")
    in_the_way = machine.disks[0].with_name("m-vda.s1.qcow2")
    in_the_way.write_bytes(b"somebody else's")
    await driver.carry_out(Create(ref, "s1"))
    assert machine.chain() == ("m-vda.s1-2.qcow2", "m-vda.qcow2")
    assert in_the_way.read_bytes() == b"somebody else's"


async def test_what_libvirt_refuses_is_told_and_nothing_has_changed(
    driver: Driver, machine: Machine
) -> None:
    ref = await driver.meet("m")
    plan = await driver.plan(Create(ref, "s1"))
    assert isinstance(plan, Plan)
    in_the_way = machine.disks[0].with_name("m-vda.s1.qcow2")
    in_the_way.write_bytes(b"somebody else's")
    outcome = await driver.fleet.perform(plan)
    assert not outcome.ok
    assert "already exists" in outcome.says
    assert in_the_way.read_bytes() == b"somebody else's"
    assert machine.chain() == ("m-vda.qcow2",)
    assert machine.recorded() == {}
    entry = driver.fleet.journal.entries[-1]
    assert (entry.ok, entry.domain) == (False, "m")
    assert "already exists" in entry.result
    assert driver.domain("m").busy == ""


async def test_ram_is_saved_beside_the_disks_and_the_guest_goes_on(
    driver: Driver, machine: Machine
) -> None:
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "s1", how="ram"))
    memory = machine.disks[0].with_name("m.s1.mem")
    assert memory.stat().st_size > 0
    assert machine.state == libvirt.VIR_DOMAIN_RUNNING
    assert machine.chain() == ("m-vda.s1.qcow2", "m-vda.qcow2")
    forest = driver.domain("m").forest
    assert forest is not None
    assert forest.snapshots[0].memory is Memory.EXTERNAL
    assert forest.snapshots[0].memory_file == str(memory)
    scribble(machine, 1)
    plan = await driver.carry_out(Delete(ref, "s1"))
    assert machine.chain() == ("m-vda.qcow2",)
    assert now(machine) == history(1)
    assert not memory.exists()
    assert not any("stays behind" in warning for warning in plan.warnings)


@pytest.mark.parametrize("power", ["running", "off"])
async def test_an_internal_snapshot_brings_the_content_back_and_can_be_deleted(
    driver: Driver, new_machine: NewMachine, power: str
) -> None:
    machine = new_machine()
    if power == "running":
        machine.start()
    ref = await driver.meet("m")
    scribble(machine, 1)
    await driver.carry_out(Create(ref, "s1", how="internal"))
    scribble(machine, 2)
    await driver.carry_out(Revert(ref, "s1"))
    assert now(machine) == history(1)
    assert machine.running == (power == "running")
    assert machine.recorded() == {"s1": None, "before-revert": "s1"}
    assert pages(machine.disks[0], "before-revert") == history(1, 2)
    await driver.carry_out(Revert(ref, "before-revert", safety=False))
    assert now(machine) == history(1, 2)
    for name in ("before-revert", "s1"):
        await driver.carry_out(Delete(ref, name))
    assert machine.recorded() == {}
    assert machine.chain() == ("m-vda.qcow2",)
    assert now(machine) == history(1, 2)
    assert [layer.snapshots for layer in layers(driver)] == [()]
    assert driver.domain("m").state is (State.RUNNING if power == "running" else State.OFF)
