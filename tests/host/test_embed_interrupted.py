"""A delete that ends in the middle of libvirt's own merge: real bytes, half overwritten."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import libvirt
import pytest

from kvmtui.model.value import replace
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import StartOver
from kvmtui.plans.wishes import Create, Delete, Edit, Merge, Revert
from tests.host.conftest import NewMachine
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.host.layers import layered
from tests.host.machine import Machine
from tests.lab import disk
from tests.lab.patience import eventually

pytestmark = pytest.mark.embed

FAR, MUCH = 16 * 2**20, 400 * 2**20
"""What is merged lies there, and takes QEMU a while."""


def overlay(machine: Machine, name: str) -> Path:
    return machine.disks[0].with_name(f"m-vda.{name}.qcow2")


@pytest.fixture
async def three(driver: Driver, new_machine: NewMachine) -> Machine:
    """s1 to s3, much written after s2."""
    machine = new_machine(mib=512)
    ref = await driver.meet("m")
    for number in (1, 2, 3):
        scribble(machine, number)
        await driver.carry_out(Create(ref, f"s{number}"))
        if number == 2:
            machine.write("vda", 0x77, offset=FAR, length=MUCH)
    scribble(machine, 4)
    machine.start()
    return machine


def moves(machine: Machine) -> bool:
    return bool(machine.handle.blockJobInfo("vda", 0).get("cur", 0) > 0)


async def cut_short(machine: Machine, name: str) -> None:
    """virsh's delete of a snapshot, and a power cut when some of it was merged."""

    def delete() -> None:
        with suppress(libvirt.libvirtError):
            machine.handle.snapshotLookupByName(name).delete(0)

    deleting = asyncio.create_task(asyncio.to_thread(delete))
    await asyncio.to_thread(eventually, lambda: moves(machine), "the merge moves")
    machine.off()
    await deleting


async def test_so_is_that_of_the_root_although_libvirt_marks_nothing(
    driver: Driver, new_machine: NewMachine
) -> None:
    """kvmtui's own delete has noted before when the image below was written last."""
    machine = new_machine(mib=512)
    ref = await driver.meet("m")
    for number in (1, 2):
        scribble(machine, number)
        await driver.carry_out(Create(ref, f"s{number}"))
        if number == 1:
            machine.write("vda", 0x77, offset=FAR, length=MUCH)
    machine.start()
    plan = await driver.plan(Delete(ref, "s1"))
    assert isinstance(plan, Plan)
    performing = asyncio.create_task(driver.fleet.perform(plan))
    await asyncio.to_thread(eventually, lambda: moves(machine), "the merge moves")
    machine.off()
    outcome = await performing
    assert "what “s1” goes back to may be partly overwritten: delete it again" in outcome.says
    assert disk.holds(machine.disks[0], 0x77, offset=FAR), "some of it was merged into the base"
    assert await driver.refused(Revert(ref, "s1", safety=False)) == "stale"
    await driver.carry_out(Revert(ref, "s2"))
    assert now(machine) == history(1, 2)
    await driver.carry_out(Revert(ref, "before-revert", safety=False))
    await driver.carry_out(Delete(ref, "s1"))
    assert machine.recorded() == {"s2": None, "before-revert": "s2"}
    assert pages(machine.disks[0]) == history(1, 2)
    assert now(machine) == history(1, 2)


async def test_the_state_that_was_half_overwritten_is_not_gone_back_to(
    driver: Driver, three: Machine
) -> None:
    ref = driver.ref("m")
    await cut_short(three, "s2")
    assert three.recorded() == {"s1": None, "s2": "s1", "s3": "s2"}
    assert disk.holds(overlay(three, "s1"), 0x77, offset=FAR), "some of it was merged into s2"
    assert await driver.refused(Revert(ref, "s2", safety=False)) == "half merged"
    assert await driver.refused(Revert(ref, "s1", safety=False)) == "unfinished"
    await driver.carry_out(Revert(ref, "s3"))
    assert now(three) == history(1, 2, 3)
    await driver.carry_out(Revert(ref, "before-revert", safety=False))
    assert now(three) == history(1, 2, 3, 4)


@pytest.mark.parametrize("cancellable", [True, False], ids=["commit", "delete"])
async def test_deleted_again_it_leaves_the_others_whole_and_no_mark(
    driver: Driver, three: Machine, cancellable: bool
) -> None:
    ref = driver.ref("m")
    await cut_short(three, "s2")
    await driver.carry_out(Delete(ref, "s2", cancellable=cancellable))
    forest = driver.domain("m").forest
    assert forest is not None
    assert [s.unfinished for s in forest.snapshots] == [(), ()]
    assert now(three) == history(1, 2, 3, 4)
    await driver.carry_out(Revert(ref, "s3"))
    assert now(three) == history(1, 2, 3)
    await driver.carry_out(Revert(ref, "s1", safety=False))
    assert now(three) == pages(three.disks[0]) == history(1)


async def test_half_way_through_a_rename_one_state_has_two_names_and_is_not_merged_away(
    driver: Driver, machine: Machine
) -> None:
    """As kvmtui leaves it when it is killed."""
    ref = await layered(driver, machine, 2)
    scribble(machine, 3)
    plan = await driver.plan(Edit(ref, "s2", "renamed", ""))
    assert isinstance(plan, Plan)
    assert (await driver.fleet.perform(replace(plan, steps=plan.steps[:1]))).ok
    assert machine.recorded() == {"s1": None, "s2": "s1", "renamed": "s1"}
    for how in (False, True):
        assert await driver.refused(Delete(ref, "renamed", cancellable=how)) == "in use"
    await driver.carry_out(Delete(ref, "renamed", metadata_only=True))
    await driver.carry_out(Revert(ref, "s2"))
    assert now(machine) == history(1, 2)


async def test_half_way_through_a_revert_every_state_can_be_gone_back_to(
    driver: Driver, machine: Machine
) -> None:
    """As kvmtui leaves it when it is killed: in new overlays, and no record says so."""
    ref = await layered(driver, machine, 3)
    scribble(machine, 4)
    plan = await driver.plan(Revert(ref, "s1"))
    assert isinstance(plan, Plan)
    cut = next(n for n, step in enumerate(plan.steps) if isinstance(step, StartOver))
    assert (await driver.fleet.perform(replace(plan, steps=plan.steps[: cut + 1]))).ok
    assert now(machine) == history(1)
    assert machine.current() == "before-revert"
    held = {"s2": history(1, 2), "s3": history(1, 2, 3), "s1": history(1)}
    for name, content in {**held, "before-revert": history(1, 2, 3, 4)}.items():
        await driver.carry_out(Revert(ref, name, safety=False))
        assert now(machine) == content


async def test_a_layer_that_was_merged_by_hand_spoils_what_lies_below_it(
    driver: Driver, machine: Machine
) -> None:
    ref = await layered(driver, machine, 3)
    scribble(machine, 4)
    top, base = overlay(machine, "s2"), overlay(machine, "s1")
    machine.handle.blockCommit("vda", str(base), str(top), 0, 0)
    done = ("m-vda.s3.qcow2", "m-vda.s1.qcow2", "m-vda.qcow2")
    await asyncio.to_thread(eventually, lambda: machine.chain() == done, "merged")
    assert pages(base) == history(1, 2, 3), "s2 was history(1, 2)"
    assert await driver.refused(Revert(ref, "s2", safety=False)) == "stale"
    assert await driver.refused(Revert(ref, "s3", safety=False)) == "stale"
    await driver.carry_out(Revert(ref, "s1"))
    assert now(machine) == history(1)


async def test_a_record_that_libvirt_has_rewritten_is_not_believed(
    driver: Driver, machine: Machine
) -> None:
    """Before 11 it does so where somebody forgets the record above."""
    ref = await layered(driver, machine, 3)
    flags = libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY
    machine.handle.snapshotLookupByName("s2").delete(flags)
    await driver.fleet.fresh(ref)
    forest = driver.domain("m").forest
    s3 = forest.get("s3") if forest else None
    assert s3 is not None
    if driver.host.facts.libvirt < 11_000_000:
        assert s3.disks[0].base == str(overlay(machine, "s1")), "it was that of s2"
        assert await driver.refused(Revert(ref, "s3", safety=False)) == "stale"
    else:
        await driver.carry_out(Revert(ref, "s3", safety=False))
        assert now(machine) == history(1, 2, 3)
    await driver.carry_out(Revert(ref, "s1"))
    assert now(machine) == history(1)


async def test_a_layer_whose_record_was_forgotten_stands_in_nobodys_way(
    driver: Driver, machine: Machine
) -> None:
    ref = await layered(driver, machine, 3)
    scribble(machine, 4)
    await driver.carry_out(Delete(ref, "s2", metadata_only=True))
    for name, content in (("s3", history(1, 2, 3)), ("s1", history(1)), ("s3", history(1, 2, 3))):
        await driver.carry_out(Revert(ref, name, safety=False))
        assert now(machine) == content
        scribble(machine, 5)
    await driver.carry_out(Create(ref, "s4"))
    await driver.carry_out(Revert(ref, "s1", safety=False))
    assert now(machine) == history(1)


async def test_half_way_through_a_revert_nothing_is_merged_below_what_was_left(
    driver: Driver, machine: Machine
) -> None:
    """The snapshot of the state before it is libvirt's current one, but stands beside the chain."""
    ref = await layered(driver, machine, 1)
    scribble(machine, 2)
    plan = await driver.plan(Revert(ref, "s1"))
    assert isinstance(plan, Plan)
    cut = next(n for n, step in enumerate(plan.steps) if isinstance(step, StartOver))
    assert (await driver.fleet.perform(replace(plan, steps=plan.steps[: cut + 1]))).ok
    assert machine.current() == "before-revert"
    assert await driver.refused(Merge(ref, "vda", str(machine.disks[0]))) == "apart"
    await driver.carry_out(Revert(ref, "before-revert", safety=False))
    assert now(machine) == history(1, 2)
