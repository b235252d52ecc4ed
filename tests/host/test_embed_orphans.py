"""Files that others leave behind are found, and removed only while nobody needs them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from kvmtui.model.domain import State
from kvmtui.model.world import Ref
from kvmtui.plans import health, orphans
from kvmtui.plans.plan import Plan
from kvmtui.plans.subject import known
from kvmtui.plans.wishes import Create, Delete, RemoveOrphan
from tests.host.conftest import Embedded, NewMachine
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine
from tests.lab import disk, xml
from tests.lab.missing import program

pytestmark = pytest.mark.embed


def there(path: Path) -> bool:
    return path.exists()


def shown(driver: Driver, name: str = "m") -> set[str]:
    """Names of the files that are told not to be used."""
    subject = known(driver.host, driver.domain(name))
    assert subject is not None
    assert orphans.unknown(subject) is None
    return {Path(file.path).name for file in orphans.orphans(subject)}


def is_known(driver: Driver, name: str = "m") -> bool:
    subject = known(driver.host, driver.domain(name))
    return subject is not None and orphans.unknown(subject) is None


async def pulled(driver: Driver, machine: Machine) -> tuple[Ref, Path]:
    """A snapshot whose layers somebody pulled together with virsh, and whose record is gone."""
    ref = await driver.meet(machine.name)
    scribble(machine, 1)
    base = machine.sources()["vda"]
    await driver.carry_out(Create(ref, "s1"))
    scribble(machine, 2)
    machine.handle.blockPull("vda", 0, 0)
    await driver.until_domain(
        machine.name,
        lambda d: d.config and len(d.config.disks[0].layers) == 1 and not d.jobs,
        what="the pull",
    )
    return ref, base


async def left(driver: Driver, machine: Machine) -> tuple[Ref, Path]:
    """As ``pulled``, and no record names the base any more."""
    ref, base = await pulled(driver, machine)
    await driver.carry_out(Delete(ref, "s1", metadata_only=True))
    await driver.until(lambda _: base.name in shown(driver, machine.name), what="the orphan")
    return ref, base


async def test_what_a_pull_leaves_behind_is_stale_then_an_orphan_then_gone(
    driver: Driver, machine: Machine
) -> None:
    ref, base = await pulled(driver, machine)
    await driver.until(lambda _: is_known(driver))
    assert shown(driver) == set(), "the record of s1 names it"
    (finding,) = health.findings(driver.host, driver.domain("m"))
    assert (finding.rule, finding.snapshots) == ("stale", ("s1",))
    await driver.carry_out(Delete(ref, "s1", metadata_only=True))
    await driver.until(lambda _: shown(driver) == {base.name})
    assert health.findings(driver.host, driver.domain("m")) == ()
    plan = await driver.carry_out(RemoveOrphan(ref, str(base)))
    assert plan.effects[-1] == f"no file stands on it, of 1 in {base.parent}"
    assert not there(base)
    assert shown(driver) == set()
    scribble(machine, 3)  # with a flush: QEMU itself writes late what a pull did
    assert now(machine) == history(1, 2, 3)
    machine.off()
    assert now(machine) == history(1, 2, 3)


async def test_a_base_that_another_machine_stands_on_is_nobody_s_orphan(
    driver: Driver, machine: Machine, embedded: Embedded, new_machine: NewMachine
) -> None:
    base = machine.sources()["vda"]
    overlay = disk.create(base.with_name("other.qcow2"), backing=base, mib=24)
    handle = embedded.handle.defineXML(xml.blank("other", [overlay]))
    other = Machine(handle, "other", (overlay,))
    try:
        ref, _ = await pulled(driver, machine)
        await driver.carry_out(Delete(ref, "s1", metadata_only=True))
        await driver.until(lambda _: is_known(driver))
        assert shown(driver) == set()
        await driver.meet("other")
        await driver.until(lambda _: is_known(driver, "other"))
        assert shown(driver, "other") == set()
        other.remove()
        await driver.until(lambda host: all(d.name != "other" for d in host.domains))
        driver.fleet.select(ref)
        driver.fleet.refresh(ref)
        await driver.until(lambda _: shown(driver) == {"other.qcow2"}, what="other's overlay")
    finally:
        other.remove()


@contextmanager
def defined(embedded: Embedded, file: Path) -> Iterator[None]:
    """Another machine has it for a disk, by the name of a link."""
    link = file.with_name("link.qcow2")
    link.symlink_to(file)
    handle = embedded.handle.defineXML(xml.blank("thief", [link]))
    yield
    handle.undefine()


@contextmanager
def stood_on(_embedded: Embedded, file: Path) -> Iterator[None]:
    """Another image stands on it, by a path through a link."""
    link = file.parent / "link"
    link.symlink_to(file.parent)
    disk.create(file.with_name("new.qcow2"), backing=link / file.name)
    yield


@contextmanager
def opened(_embedded: Embedded, file: Path) -> Iterator[None]:
    """A program that libvirt knows nothing of works on it."""
    argv = [program("qemu-io", "qemu-utils"), "-f", "qcow2", str(file)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdin.write("length\n")
        holder.stdin.flush()
        assert "MiB" in holder.stdout.readline()
        yield
        holder.stdin.close()


@contextmanager
def recorded(embedded: Embedded, file: Path) -> Iterator[None]:
    """A snapshot of another machine goes back to it."""
    handle = embedded.handle.defineXML(xml.blank("thief", [file]))
    handle.snapshotCreateXML("<domainsnapshot><name>kept</name></domainsnapshot>", 0)
    other = disk.create(file.with_name("thief.qcow2"))
    handle = embedded.handle.defineXML(xml.blank("thief", [other]))
    yield
    Machine(handle, "thief", ()).remove()


@contextmanager
def asleep(embedded: Embedded, file: Path) -> Iterator[None]:
    """Another machine wakes up on it, although its definition does not name it any more."""
    handle = embedded.handle.defineXML(xml.blank("thief", [file]))
    handle.create()
    handle.managedSave(0)
    other = disk.create(file.with_name("thief.qcow2"))
    embedded.handle.defineXML(xml.blank("thief", [other]))
    yield
    Machine(handle, "thief", ()).remove()


@pytest.mark.parametrize(
    ("use", "why"),
    [
        (defined, "named by thief"),
        (stood_on, "named by"),
        (opened, "open"),
        (recorded, "“kept” of thief"),
        (asleep, "the saved RAM of thief"),
    ],
    ids=["definition", "image", "program", "snapshot", "saved RAM"],
)
async def test_one_that_becomes_used_meanwhile_is_not_removed(
    driver: Driver, machine: Machine, embedded: Embedded, use: object, why: str
) -> None:
    assert callable(use)
    ref, base = await left(driver, machine)
    before = base.read_bytes()
    plan = await driver.plan(RemoveOrphan(ref, str(base)))
    assert isinstance(plan, Plan)
    using: AbstractContextManager[None] = use(embedded, base)
    with using:
        outcome = await driver.fleet.perform(plan)
        assert not outcome.ok
        assert why in outcome.error
        assert there(base)
    if use not in (recorded, asleep):
        assert base.read_bytes() == before


async def test_what_is_used_by_the_time_of_planning_is_refused(
    driver: Driver, machine: Machine
) -> None:
    ref, base = await left(driver, machine)
    disk.create(base.with_name("m-vda.new.qcow2"), backing=base)
    await driver.fleet.fresh(ref)
    assert await driver.refused(RemoveOrphan(ref, str(base))) == "used"
    assert shown(driver) == {"m-vda.new.qcow2"}


async def test_ram_that_a_forgotten_snapshot_leaves(driver: Driver, machine: Machine) -> None:
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "s1", how="ram"))
    forest = driver.domain("m").forest
    assert forest is not None
    ram = Path(forest.snapshots[0].memory_file)
    await driver.until(lambda _: is_known(driver))
    assert shown(driver) == set()
    await driver.carry_out(Delete(ref, "s1", metadata_only=True))
    await driver.until(lambda _: shown(driver) == {ram.name})
    await driver.carry_out(RemoveOrphan(ref, str(ram)))
    assert not there(ram)
    assert machine.running


async def test_what_appears_or_vanishes_is_seen_on_refresh(
    driver: Driver, machine: Machine
) -> None:
    ref = await driver.meet("m")
    stray = disk.create(machine.disks[0].with_name("m-vda.stray.qcow2"))
    os.mkfifo(stray.with_name("m-vda.fifo"))
    driver.fleet.refresh(ref)
    await driver.until(lambda _: is_known(driver) and shown(driver) == {stray.name})
    stray.unlink()
    driver.fleet.refresh(ref)
    await driver.until(lambda _: shown(driver) == set())


async def test_a_machine_that_is_off_with_saved_ram_keeps_what_it_wakes_on(
    driver: Driver, machine: Machine, embedded: Embedded
) -> None:
    """Its definition was changed after the RAM was saved, so that only the RAM names the disk."""
    ref, base = machine.name, machine.sources()["vda"]
    machine.handle.managedSave(0)
    other = disk.create(base.with_name("m-vda.other.qcow2"))
    embedded.handle.defineXML(machine.handle.XMLDesc(2).replace(str(base), str(other)))
    await driver.meet(ref)
    await driver.until_domain(ref, lambda d: d.state is State.OFF and d.config)
    await driver.until(lambda _: is_known(driver))
    assert shown(driver) == set()
    machine.handle.managedSaveRemove(0)
    driver.fleet.refresh(driver.ref(ref))
    await driver.until(lambda _: shown(driver) == {base.name})
