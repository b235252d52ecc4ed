"""Commits of real chains: shorter afterwards, the data kept, no spoilt snapshot offered."""

from __future__ import annotations

import asyncio
from pathlib import Path

import libvirt
import pytest
from lxml import etree

from kvmtui.model.domain import State
from kvmtui.model.job import JobKind
from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.wishes import Cancel, Create, Finish, Merge, Revert
from tests.host.conftest import Embedded, NewMachine
from tests.host.content import history, now, pages, scatter, scribble
from tests.host.driver import Driver, driving
from tests.host.machine import Machine
from tests.lab.disk import holds

pytestmark = pytest.mark.embed

SLOW = 2 * 2**20
"""Bytes per second."""

S1 = "m-vda.s1.qcow2"


async def chain_of_three(driver: Driver, machine: Machine) -> None:
    """Two snapshots, s1 and s2, with a scribble after each."""
    ref = await driver.meet(machine.name)
    for number in (1, 2):
        await driver.carry_out(Create(ref, f"s{number}"))
        scribble(machine, number)


@pytest.mark.parametrize("paused", [False, True])
async def test_a_commit_into_the_next_layer_keeps_the_data_and_removes_file_and_record(
    driver: Driver, machine: Machine, paused: bool
) -> None:
    await chain_of_three(driver, machine)
    if paused:
        machine.handle.suspend()
    ref = driver.ref("m")
    top, below = (machine.disks[0].with_name(f"m-vda.{name}.qcow2") for name in ("s2", "s1"))
    plan = await driver.carry_out(Merge(ref, "vda", str(below)))
    assert plan.losses == ("the way back to “s2”",)
    assert machine.chain() == ("m-vda.s1.qcow2", "m-vda.qcow2")
    assert now(machine) == history(1, 2)
    assert pages(machine.disks[0]) == history()
    assert not top.exists()
    assert machine.recorded() == {"s1": None}
    assert machine.current() == "s1"
    assert driver.domain("m").jobs == ()


async def test_a_commit_into_the_base_takes_in_every_layer(
    driver: Driver, machine: Machine
) -> None:
    await chain_of_three(driver, machine)
    await driver.carry_out(Merge(driver.ref("m"), "vda", str(machine.disks[0])))
    assert machine.chain() == ("m-vda.qcow2",)
    assert now(machine) == history(1, 2)
    assert machine.recorded() == {}
    folder = machine.disks[0].parent
    assert sorted(path.name for path in folder.glob("*.qcow2")) == ["m-vda.qcow2"]


async def test_merged_files_are_kept_on_demand(driver: Driver, machine: Machine) -> None:
    await chain_of_three(driver, machine)
    await driver.carry_out(Merge(driver.ref("m"), "vda", str(machine.disks[0]), keep=True))
    assert machine.chain() == ("m-vda.qcow2",)
    assert now(machine) == history(1, 2)
    left = sorted(path.name for path in machine.disks[0].parent.glob("m-vda.s?.qcow2"))
    assert left == ["m-vda.s1.qcow2", "m-vda.s2.qcow2"]


async def test_a_commit_cancelled_half_way_keeps_the_chain_and_offers_no_spoilt_snapshot(
    embedded: Embedded, new_machine: NewMachine, driver: Driver
) -> None:
    machine = new_machine()
    await chain_of_three(driver, machine)
    scatter(machine.sources()["vda"], 0x77)
    machine.start()
    before = (machine.chain(), now(machine))
    held = {"s1": pages(machine.disks[0]), "s2": pages(machine.disks[0].with_name(S1))}
    async with driving(embedded, driver.fleet.journal.path.parent, bandwidth=SLOW // 2) as slow:
        ref = await slow.meet("m")
        wish = Merge(ref, "vda", str(machine.disks[0]))
        merging = asyncio.create_task(slow.attempt(wish))
        await slow.until_domain(
            "m", lambda d: d.jobs and 0.2 < d.jobs[0].fraction < 0.8, what="half way"
        )
        assert await slow.refused(Create(ref, "s3")) == "busy"
        cancelled = await slow.attempt(Cancel(ref, "vda"))
        merged = await merging
        await slow.until_domain("m", lambda d: not d.jobs and not d.busy)
    assert cancelled.ok, cancelled.says
    assert not merged.ok
    assert "ended before it was ready" in merged.says
    busy = [d.busy for world in slow.worlds for d in world.hosts[0].domains if d.name == "m"]
    assert "cancel the job of vda" not in busy, "the merge is what the machine is busy with"
    assert (machine.chain(), now(machine)) == before
    assert holds(machine.sources()["vda"], 0x77, offset=2**22)
    for name, image in (("s1", machine.disks[0]), ("s2", machine.disks[0].with_name(S1))):
        if name in machine.recorded():
            made = await driver.plan(Revert(ref, name))
            assert isinstance(made, Refusal) or pages(image) == held[name], f"{name} is spoilt"
    await driver.carry_out(Merge(driver.ref("m"), "vda", str(machine.disks[0])))
    assert machine.chain() == ("m-vda.qcow2",)
    assert holds(machine.sources()["vda"], 0x77, offset=2**22)


async def test_a_commit_that_nobody_sees_to_its_end_leaves_no_spoilt_snapshot(
    embedded: Embedded, new_machine: NewMachine, driver: Driver, tmp_path: Path
) -> None:
    machine = new_machine()
    await chain_of_three(driver, machine)
    scatter(machine.sources()["vda"], 0x77)
    machine.start()
    ref, held = driver.ref("m"), pages(machine.disks[0])
    async with driving(embedded, tmp_path / "quits", bandwidth=SLOW) as quits:
        await quits.meet("m")
        merging = asyncio.create_task(quits.attempt(Merge(ref, "vda", str(machine.disks[0]))))
        await quits.until_domain("m", lambda d: d.jobs and d.jobs[0].fraction > 0.3)
        merging.cancel()
        await asyncio.wait([merging])
    machine.off()
    await driver.until_domain("m", lambda d: d.state is State.OFF)
    assert pages(machine.disks[0]) != held, "the base was not written to: nothing is proved"
    assert not isinstance(await driver.plan(Revert(ref, "s1")), Plan)
    assert not isinstance(await driver.plan(Revert(ref, "s2")), Plan)


async def test_a_job_that_somebody_left_ready_can_be_finished_or_cancelled(
    driver: Driver, machine: Machine
) -> None:
    await chain_of_three(driver, machine)
    ref = driver.ref("m")
    for last in (Cancel(ref, "vda"), Finish(ref, "vda")):
        machine.handle.blockCommit("vda", str(machine.disks[0]), None, 0, 4)
        await driver.until_domain("m", lambda d: d.jobs and d.jobs[0].ready, 10, "READY is seen")
        assert driver.domain("m").jobs[0].kind is JobKind.ACTIVE_COMMIT
        assert await driver.refused(Create(ref, "s3")) == "block job"
        await driver.carry_out(last)
        await driver.until_domain("m", lambda d: not d.jobs, 5, "the job is gone")
    assert machine.chain() == ("m-vda.qcow2",)
    assert now(machine) == history(1, 2)


async def test_cancelling_somebody_elses_commit_offers_no_spoilt_snapshot(
    driver: Driver, machine: Machine
) -> None:
    await chain_of_three(driver, machine)
    ref = driver.ref("m")
    machine.handle.blockCommit("vda", str(machine.disks[0]), None, 0, 4)
    await driver.until_domain("m", lambda d: d.jobs and d.jobs[0].ready, 10, "READY is seen")
    made = await driver.plan(Cancel(ref, "vda"))
    assert isinstance(made, Plan)
    for name in ("s1", "s2"):
        assert any(f"the way back to “{name}”" in loss for loss in made.losses)
    outcome = await driver.fleet.perform(made)
    assert outcome.ok, outcome.says
    assert pages(machine.disks[0]) == history(1, 2), "the commit has written into the base"
    assert machine.recorded() == {}
    assert len(machine.chain()) == 3
    assert now(machine) == history(1, 2)


async def test_finishing_somebody_elses_commit_offers_no_spoilt_snapshot(
    driver: Driver, machine: Machine
) -> None:
    await chain_of_three(driver, machine)
    ref = driver.ref("m")
    machine.handle.blockCommit("vda", str(machine.disks[0]), None, 0, 4)
    await driver.until_domain("m", lambda d: d.jobs and d.jobs[0].ready, 10, "READY is seen")
    plan = await driver.carry_out(Finish(ref, "vda"))
    assert plan.losses == ("the way back to “s2”", "the way back to “s1”")
    assert machine.recorded() == {}
    assert machine.chain() == ("m-vda.qcow2",)
    assert now(machine) == history(1, 2)


async def test_what_is_below_a_forgotten_snapshot_and_did_not_know_the_disk_stays_as_it_was(
    driver: Driver, new_machine: NewMachine
) -> None:
    """vda was detached for a while; libvirt before 11 rewrites the records below."""
    machine = new_machine(disks=2)
    ref = await driver.meet("m")
    for number, target in ((1, "vda"), (1, "vdb")):
        scribble(machine, number, target)
    await driver.carry_out(Create(ref, "s1"))
    vda = next(
        etree.tostring(node, encoding="unicode")
        for node in etree.fromstring(machine.handle.XMLDesc(0)).iterfind("devices/disk")
        if node.find("target[@dev='vda']") is not None
    )
    machine.handle.detachDeviceFlags(vda, libvirt.VIR_DOMAIN_AFFECT_CONFIG)
    scribble(machine, 2, "vdb")
    await driver.carry_out(Create(ref, "s2"))
    machine.handle.attachDeviceFlags(vda, libvirt.VIR_DOMAIN_AFFECT_CONFIG)
    machine.start()
    plan = await driver.carry_out(Merge(ref, "vda", str(machine.disks[0])))
    assert plan.losses == ("the way back to “s1”",)
    await driver.carry_out(Revert(ref, "s2"))
    assert now(machine, "vdb") == history(1, 2, first=0x22)
