"""Images that belong to the present branch, or to none that the records link, and must stay."""

from __future__ import annotations

import pytest

from kvmtui.plans.plan import Refusal
from kvmtui.plans.wishes import Create, Delete, Pull, Revert
from tests.host.conftest import NewMachine
from tests.host.content import history, pages, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine

pytestmark = pytest.mark.embed


async def test_an_image_whose_overlay_left_the_chain_is_not_rewritten(
    driver: Driver, machine: Machine
) -> None:
    """i2 is inside an overlay on the image of i1, which nothing but its header tells any more."""
    machine.off()  # libvirt records no chain then
    ref = await driver.meet("m")
    scribble(machine, 1)
    await driver.carry_out(Create(ref, "i1", how="internal"))
    scribble(machine, 2)
    await driver.carry_out(Create(ref, "e1"))
    await driver.carry_out(Create(ref, "i2", how="internal"))
    image = machine.sources()["vda"]
    await driver.carry_out(Delete(ref, "e1", metadata_only=True))
    await driver.carry_out(Create(ref, "e2"))
    await driver.carry_out(Pull(ref, "vda"))
    await driver.carry_out(Delete(ref, "e2"))
    made = await driver.plan(Revert(ref, "i1", safety=False))
    assert isinstance(made, Refusal), "i2 would be spoilt"
    assert (made.rule, made.by) == ("stands on it", "i2")
    assert pages(image, "i2") == history(1, 2)


async def test_a_branch_that_parts_where_a_disk_was_left_out_is_not_spoilt(
    driver: Driver, new_machine: NewMachine
) -> None:
    """a of vda, b of vdb; back to a, which leaves vdb on b's overlay, x of that; back to b."""
    machine = new_machine(disks=2)
    ref = await driver.meet("m")
    scribble(machine, 1, "vdb")
    await driver.carry_out(Create(ref, "a", disks=("vda",)))
    await driver.carry_out(Create(ref, "b", disks=("vdb",)))
    await driver.carry_out(Revert(ref, "a", safety=False))
    scribble(machine, 2, "vdb")
    await driver.carry_out(Create(ref, "x", disks=("vdb",)))
    image = machine.disks[1].with_name("m-vdb.b.qcow2")
    assert pages(image) == history(1, 2, first=0x22)
    await driver.carry_out(Revert(ref, "b", safety=False))
    scribble(machine, 3, "vdb")
    made = await driver.plan(Delete(ref, "b"))
    assert isinstance(made, Refusal), "x would be spoilt"
    assert (made.rule, made.by) == ("apart", "x")
