"""Snapshots made behind libvirt's back, on real images: found, adopted, gone back to, deleted."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import libvirt
import pytest

from kvmtui.model.disk import Layer
from kvmtui.model.domain import Domain
from kvmtui.model.inside import lost, unrecorded
from kvmtui.plans.plan import Plan
from kvmtui.plans.wishes import Adopt, Create, Delete, Discard, Revert
from tests.host.conftest import NewMachine
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine
from tests.lab.missing import program

pytestmark = pytest.mark.embed

FORGET = libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY


def by_hand(image: Path, name: str, order: str = "-c") -> None:
    """What an administrator types."""
    subprocess.run([program("qemu-img", "qemu-utils"), "snapshot", order, name, image], check=True)


def held(image: Path) -> list[str]:
    """The names that the image itself tells."""
    argv = [program("qemu-img", "qemu-utils"), "info", "-U", "--output=json", str(image)]
    text = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    return [shot["name"] for shot in json.loads(text).get("snapshots", ())]


def strays(driver: Driver) -> list[tuple[str, tuple[str, ...], bool]]:
    found = unrecorded(driver.domain("m"))
    return [(stray.name, stray.disks, bool(stray.ram)) for stray in found]


async def test_one_made_by_hand_is_adopted_and_brings_its_bytes_back(
    driver: Driver, new_machine: NewMachine
) -> None:
    machine = new_machine()
    ref = await driver.meet("m")
    scribble(machine, 1)
    by_hand(machine.disks[0], "trước nâng cấp")
    scribble(machine, 2)
    await driver.fleet.fresh(ref)
    assert strays(driver) == [("trước nâng cấp", ("vda",), False)]
    await driver.carry_out(Adopt(ref, "trước nâng cấp", "made by hand"))
    assert strays(driver) == []
    assert machine.recorded() == {"trước nâng cấp": None}
    snapshot = machine.handle.snapshotLookupByName("trước nâng cấp")
    assert "<description>made by hand</description>" in snapshot.getXMLDesc(0)
    assert now(machine) == history(1, 2)
    await driver.carry_out(Revert(ref, "trước nâng cấp"))
    assert now(machine) == history(1)
    assert not machine.running
    await driver.carry_out(Revert(ref, "before-revert", safety=False))
    assert now(machine) == history(1, 2)
    await driver.carry_out(Delete(ref, "trước nâng cấp"))
    assert held(machine.disks[0]) == ["before-revert"]


async def test_one_with_ram_whose_record_was_forgotten_runs_again(
    driver: Driver, machine: Machine
) -> None:
    ref = await driver.meet("m")
    scribble(machine, 1)
    await driver.carry_out(Create(ref, "i1", how="internal"))
    scribble(machine, 2)
    machine.handle.snapshotLookupByName("i1").delete(FORGET)
    await driver.fleet.fresh(ref)
    assert strays(driver) == [("i1", ("vda",), True)]
    assert await driver.refused(Adopt(ref, "i1")) == "running"
    assert await driver.refused(Discard(ref, "i1")) == "running"
    machine.off()
    await driver.carry_out(Adopt(ref, "i1"))
    await driver.carry_out(Revert(ref, "i1", safety=False))
    assert machine.running
    assert now(machine) == history(1)


async def test_one_of_two_disks_is_adopted_whole_and_never_in_part(
    driver: Driver, new_machine: NewMachine
) -> None:
    machine = new_machine(disks=2)
    ref = await driver.meet("m")
    for image in machine.disks:
        by_hand(image, "both")
    by_hand(machine.disks[1], "part")
    for target in ("vda", "vdb"):
        scribble(machine, 1, target)
    await driver.fleet.fresh(ref)
    assert sorted(strays(driver)) == [("both", ("vda", "vdb"), False), ("part", ("vdb",), False)]
    assert await driver.refused(Adopt(ref, "part")) == "part"
    await driver.carry_out(Adopt(ref, "both"))
    await driver.carry_out(Revert(ref, "both", safety=False))
    assert (now(machine, "vda"), now(machine, "vdb")) == (history(), history(first=0x22))
    assert strays(driver) == [("part", ("vdb",), False)]


@pytest.mark.parametrize("power", ["first", "last"])
async def test_deleting_one_takes_it_out_of_the_images_and_leaves_all_else(
    driver: Driver, new_machine: NewMachine, power: str
) -> None:
    machine = new_machine(disks=2)
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "kept", how="internal"))
    partly = machine.disks[0 if power == "first" else 1]
    by_hand(partly, "part")
    scribble(machine, 1)
    await driver.fleet.fresh(ref)
    await driver.carry_out(Discard(ref, "part"))
    assert [held(image) for image in machine.disks] == [["kept"], ["kept"]]
    assert machine.recorded() == {"kept": None}
    assert machine.current() == "kept"
    assert now(machine) == history(1)
    assert pages(machine.disks[0], "kept") == history()


async def test_a_delete_that_libvirt_skips_is_not_called_done(
    driver: Driver, new_machine: NewMachine
) -> None:
    """An image that another program has open is passed over by libvirt without an error."""
    machine = new_machine()
    ref = await driver.meet("m")
    by_hand(machine.disks[0], "stays")
    plan = await driver.plan(Discard(ref, "stays"))
    assert isinstance(plan, Plan)
    with opened(machine.disks[0]):
        outcome = await driver.fleet.perform(plan)
    assert not outcome.ok
    assert "still inside the image of vda" in outcome.says
    assert "then undone" in outcome.says
    assert machine.recorded() == {}
    assert held(machine.disks[0]) == ["stays"]
    await driver.carry_out(Discard(ref, "stays"))
    assert held(machine.disks[0]) == []


@pytest.mark.parametrize("names", [("i1",), ("i1", "i2", "i3")], ids=["one", "several"])
async def test_what_a_skipped_delete_leaves_inside_is_found_and_can_be_deleted(
    driver: Driver, new_machine: NewMachine, names: tuple[str, ...]
) -> None:
    machine = new_machine()
    ref = await driver.meet("m")
    for name in names:
        await driver.carry_out(Create(ref, name, how="internal"))
    plan = await driver.plan(Delete(ref, "i1", children=len(names) > 1))
    assert isinstance(plan, Plan)
    with opened(machine.disks[0]):
        outcome = await driver.fleet.perform(plan)
    assert "still inside the image of vda" in outcome.says
    *others, first = names
    assert strays(driver) == [(first, ("vda",), False)]
    assert {*machine.recorded()} == {*others}, "it ends with the first that was skipped"
    await driver.carry_out(Discard(ref, first))
    for name in reversed(others):
        await driver.carry_out(Delete(ref, name))
    assert held(machine.disks[0]) == []


@contextmanager
def opened(image: Path) -> Iterator[None]:
    """Another program writes to the image meanwhile."""
    argv = [program("qemu-io", "qemu-utils"), "-f", "qcow2", str(image)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdin.write("length\n")
        other.stdin.flush()
        assert "MiB" in other.stdout.readline()
        yield
        other.stdin.close()


async def test_a_record_whose_image_has_lost_it_is_seen_and_not_gone_back_to(
    driver: Driver, new_machine: NewMachine
) -> None:
    machine = new_machine()
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "i1", how="internal"))
    by_hand(machine.disks[0], "i1", "-d")
    await driver.fleet.fresh(ref)
    domain = driver.domain("m")
    assert domain.forest is not None
    assert lost(domain, domain.forest.snapshots[0]) == ("vda",)
    assert await driver.refused(Revert(ref, "i1", safety=False)) == "stale"


async def test_qemu_would_go_back_to_another_by_its_number(
    driver: Driver, new_machine: NewMachine
) -> None:
    """The trap itself, and that it is not walked into."""
    machine = new_machine()
    ref = await driver.meet("m")
    scribble(machine, 1)
    await driver.carry_out(Create(ref, "a", how="internal"))
    scribble(machine, 2)
    assert await driver.refused(Create(ref, "1", how="internal")) == "number"
    machine.handle.snapshotCreateXML("<domainsnapshot><name>1</name></domainsnapshot>", 0)
    assert await driver.refused(Revert(ref, "1", safety=False)) == "number"
    machine.handle.revertToSnapshot(machine.handle.snapshotLookupByName("1"), 0)
    assert now(machine) == history(1), "libvirt brought back “a”"
    await driver.carry_out(Delete(ref, "a"))
    await driver.carry_out(Revert(ref, "1", safety=False))
    assert now(machine) == history(1, 2)


@pytest.mark.parametrize("ran", [True, False], ids=["running", "off"])
async def test_the_state_before_a_revert_does_not_get_the_number_that_was_meant(
    driver: Driver, new_machine: NewMachine, ran: bool
) -> None:
    """QEMU would come back to what is now, and libvirt call that a success."""
    machine = new_machine()
    if ran:
        machine.start()
    ref = await driver.meet("m")
    scribble(machine, 1)
    await driver.carry_out(Create(ref, "2", how="internal"))
    scribble(machine, 2)
    assert await driver.refused(Revert(ref, "2")) == "safety: number"
    plan = await driver.carry_out(Create(ref, "later", how="internal"))
    assert "there is no way back to “2” while it is there: that will be its number" in plan.warnings
    assert await driver.refused(Revert(ref, "2", safety=False)) == "number"
    await driver.carry_out(Delete(ref, "later"))
    await driver.carry_out(Revert(ref, "2", safety=False))
    assert now(machine) == history(1)


async def test_beside_a_raw_disk_one_is_deleted_but_not_adopted(
    driver: Driver, new_machine: NewMachine
) -> None:
    machine = new_machine()
    raw = machine.disks[0].with_name("raw.img")
    raw.write_bytes(b"r" * 2**20)
    machine.handle.attachDeviceFlags(
        f"<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{raw}'/>"
        "<target dev='vdb' bus='virtio'/></disk>",
        libvirt.VIR_DOMAIN_AFFECT_CONFIG,
    )
    ref = await driver.meet("m")
    by_hand(machine.disks[0], "x")
    assert await driver.refused(Adopt(ref, "x")) == "not qcow2"
    await driver.carry_out(Discard(ref, "x"))
    assert held(machine.disks[0]) == []
    assert machine.recorded() == {}
    assert raw.read_bytes() == b"r" * 2**20


async def test_no_world_in_between_calls_a_new_snapshot_lost_or_unknown(
    driver: Driver, new_machine: NewMachine
) -> None:
    machine = new_machine()
    ref = await driver.meet("m")
    taken = "<domainsnapshot><name>by-virsh</name></domainsnapshot>"
    await asyncio.to_thread(machine.handle.snapshotCreateXML, taken, 0)
    driver.fleet.refresh(ref)
    await driver.until_domain("m", lambda d: d.forest is not None and d.forest.snapshots)
    await driver.until_domain("m", lambda d: any(layer.snapshots for layer in layers(d)))
    for domain in (domain for world in driver.worlds for domain in world.hosts[0].domains):
        assert unrecorded(domain) == ()
        snapshots = domain.forest.snapshots if domain.forest else ()
        assert not any(lost(domain, snapshot) for snapshot in snapshots)


def layers(domain: Domain) -> tuple[Layer, ...]:
    disks = domain.config.disks if domain.config else ()
    return tuple(layer for disk in disks for layer in disk.layers)
