"""Transient disks, and those that a definition has snapshots leave out: nothing of them is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree

from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Create, Merge, Move, Pull, Revert, Switch
from tests.host.conftest import Embedded, NewMachine
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine

pytestmark = pytest.mark.embed


def redefined(
    embedded: Embedded, machine: Machine, change: Callable[[etree._Element], object]
) -> None:
    """With another definition of its second disk."""
    root = etree.fromstring(machine.handle.XMLDesc(2))
    change(root.findall("devices/disk")[1])
    embedded.handle.defineXML(etree.tostring(root, encoding="unicode"))


@pytest.fixture
def transient(embedded: Embedded, new_machine: NewMachine) -> Machine:
    made = new_machine(disks=2)
    redefined(embedded, made, lambda disk: etree.SubElement(disk, "transient"))
    made.start()
    return made


async def test_what_libvirt_does_with_no_transient_disk_is_refused_beforehand(
    driver: Driver, transient: Machine
) -> None:
    ref = await driver.meet("m")
    base = str(transient.disks[1])
    for wish, rule in (
        (Create(ref, "s1", disks=("vda", "vdb")), "transient disk"),
        (Create(ref, "s1", how="ram"), "device"),
        (Create(ref, "s1", how="internal"), "device"),
        (Switch(ref, Verb.SAVE), "device"),
        (Merge(ref, "vdb", base), "transient disk"),
        (Pull(ref, "vdb"), "transient disk"),
        (Move(ref, "vdb", f"{base}.copy"), "transient disk"),
    ):
        assert await driver.refused(wish) == rule


async def test_the_others_can_be_kept_and_gone_back_to(driver: Driver, transient: Machine) -> None:
    ref = await driver.meet("m")
    for target in ("vda", "vdb"):
        scribble(transient, 1, target)
    await driver.carry_out(Create(ref, "s1"))
    scribble(transient, 2)
    assert now(transient, "vdb") == history(1, first=0x22)
    await driver.carry_out(Revert(ref, "s1"))
    assert (now(transient), now(transient, "vdb")) == (history(1), history(first=0x22))
    assert pages(transient.disks[1]) == history(first=0x22)
    await driver.carry_out(Revert(ref, "before-revert", safety=False))
    assert now(transient) == history(1, 2)


@pytest.mark.parametrize("mode", ["no", "manual"])
async def test_a_disk_that_snapshots_leave_out_stays_where_it_is(
    embedded: Embedded, driver: Driver, new_machine: NewMachine, mode: str
) -> None:
    machine = new_machine(disks=2)
    redefined(embedded, machine, lambda disk: disk.set("snapshot", mode))
    machine.start()
    ref = await driver.meet("m")
    plan = await driver.carry_out(Create(ref, "s1"))
    assert "not included: vdb" in plan.warnings
    assert machine.chain("vdb") == ("m-vdb.qcow2",)
    for target in ("vda", "vdb"):
        scribble(machine, 1, target)
    await driver.carry_out(Revert(ref, "s1"))
    assert (now(machine), now(machine, "vdb")) == (history(), history(1, first=0x22))
