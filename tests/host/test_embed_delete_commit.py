"""Deletes as commits of real layers: cancelled half way, nothing above loses a byte."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import Commit
from kvmtui.plans.wishes import Cancel, Create, Delete, Mend, Revert
from tests.host.conftest import Embedded, NewMachine
from tests.host.content import history, now, pages, scatter, scribble
from tests.host.driver import Driver, driving
from tests.host.machine import Machine
from tests.lab.patience import eventually

pytestmark = pytest.mark.embed

SLOW = 2 * 2**20
"""Bytes per second."""

HELD = {f"s{n}": history(*range(1, n + 1)) for n in range(1, 4)}
WHOLE = history(1, 2, 3, 4)
TARGETS = ("vda", "vdb")
FIRST = {"vda": 0x11, "vdb": 0x22}


@pytest.fixture(params=["running", "off"])
async def three(driver: Driver, new_machine: NewMachine, request: pytest.FixtureRequest) -> Machine:
    """Two disks, snapshots s1 to s3 with the scribbles 1 to 3 before each, and 4 at the end."""
    machine = new_machine(disks=2)
    if request.param == "running":
        machine.start()
    ref = await driver.meet("m")
    for number in (1, 2, 3, 4):
        for target in TARGETS:
            scribble(machine, number, target)
        if number < 4:
            await driver.carry_out(Create(ref, f"s{number}"))
    return machine


def held(driver: Driver, name: str) -> list[tuple[int, ...]]:
    """What the files hold that a revert to the snapshot would go back to."""
    forest = driver.domain("m").forest
    snapshot = forest.get(name) if forest else None
    assert snapshot is not None
    return [pages(Path(snapshot.disks[n].base)) for n, _ in enumerate(TARGETS)]


def both(*numbers: int) -> list[tuple[int, ...]]:
    return [history(*numbers, first=FIRST[target]) for target in TARGETS]


@pytest.mark.parametrize("name", ["s1", "s2", "s3"], ids=["root", "middle", "leaf"])
async def test_the_others_stay_as_they_were_for_kvmtui_and_for_libvirt(
    driver: Driver, three: Machine, name: str
) -> None:
    ref, ran = driver.ref("m"), three.running
    plan = await driver.carry_out(Delete(ref, name, cancellable=True))
    assert sum(isinstance(step, Commit) for step in plan.steps) == 2
    assert three.running == ran
    assert [now(three, target) for target in TARGETS] == both(1, 2, 3, 4)
    assert [len(three.chain(target)) for target in TARGETS] == [3, 3]
    kept = [other for other in HELD if other != name]
    assert three.recorded() == dict(zip(kept, (None, *kept), strict=False))
    assert three.current() == kept[-1]
    for other in kept:
        assert held(driver, other) == both(*range(1, int(other[1]) + 1)), other
    files = {path.name for path in three.disks[0].parent.glob("*.qcow2")}
    assert files == {*three.chain("vda"), *three.chain("vdb")}
    for other in kept:
        await driver.carry_out(Delete(ref, other))
        assert [now(three, target) for target in TARGETS] == both(1, 2, 3, 4)
    assert three.chain() == ("m-vda.qcow2",)


async def test_going_back_works_after_a_commit_below(driver: Driver, three: Machine) -> None:
    ref = driver.ref("m")
    await driver.carry_out(Delete(ref, "s1", marked=("s2",), cancellable=True))
    await driver.carry_out(Revert(ref, "s3"))
    assert [now(three, target) for target in TARGETS] == both(1, 2, 3)


@pytest.mark.parametrize("name", ["s1", "s2"], ids=["middle", "leaf"])
async def test_cancelled_half_way_it_leaves_the_present_and_the_other_snapshots(
    embedded: Embedded, new_machine: NewMachine, driver: Driver, name: str, tmp_path: Path
) -> None:
    machine = new_machine()
    ref = await driver.meet("m")
    for number in (1, 2):
        await driver.carry_out(Create(ref, f"s{number}"))
        scribble(machine, number)
        scatter(machine.sources()["vda"], 0x70 + number)
    machine.start()
    before = (machine.chain(), now(machine))
    file = machine.disks[0].with_name("m-vda.s1.qcow2")
    child = pages(file)
    async with driving(embedded, tmp_path / "slow", bandwidth=SLOW) as slow:
        await slow.meet("m")
        deleting = asyncio.create_task(slow.attempt(Delete(ref, name, cancellable=True)))
        await slow.until_domain(
            "m", lambda d: d.jobs and 0.2 < d.jobs[0].fraction < 0.8, what="half way"
        )
        assert (await slow.attempt(Cancel(ref, "vda"))).ok
        outcome = await deleting
        await slow.until_domain("m", lambda d: not d.jobs and not d.busy)
    assert not outcome.ok
    assert "ended before it was" in outcome.says
    assert (machine.chain(), now(machine)) == before
    assert name not in machine.recorded()
    await driver.fleet.fresh(ref)
    if name == "s1":
        assert machine.recorded() == {"s2": None}
        assert pages(file) == child
        await driver.carry_out(Revert(ref, "s2"))
        assert now(machine) == child
    else:
        assert machine.recorded() == {"s1": None}
        assert pages(machine.disks[0]) == history()


async def test_below_an_internal_snapshot_libvirt_refuses_and_a_commit_does_it(
    driver: Driver, new_machine: NewMachine
) -> None:
    machine = new_machine()
    machine.start()
    ref = await driver.meet("m")
    scribble(machine, 1)
    await driver.carry_out(Create(ref, "i1", how="internal"))
    scribble(machine, 2)
    await driver.carry_out(Create(ref, "s1"))
    scribble(machine, 3)
    plan = await driver.carry_out(Delete(ref, "s1"))
    assert any(isinstance(step, Commit) for step in plan.steps)
    assert any("is internal" in told for told in map(str, plan.detours))
    assert machine.recorded() == {"i1": None}
    assert machine.chain() == ("m-vda.qcow2",)
    assert now(machine) == history(1, 2, 3)
    await driver.carry_out(Revert(ref, "i1", safety=False))
    assert now(machine) == history(1)


async def test_a_branch_above_the_layer_forbids_the_commit(driver: Driver, three: Machine) -> None:
    ref = driver.ref("m")
    await driver.carry_out(Revert(ref, "s2", safety=False))
    assert await driver.refused(Delete(ref, "s2", cancellable=True)) == "active"
    assert await driver.refused(Delete(ref, "s1", cancellable=True)) == "branches"
    assert isinstance(await driver.plan(Delete(ref, "s3", cancellable=True)), Refusal)
    await driver.carry_out(Delete(ref, "s3"))
    await driver.carry_out(Delete(ref, "s1", marked=("s2",), cancellable=True))
    assert [now(three, target) for target in TARGETS] == both(1, 2)
    assert three.recorded() == {}


@pytest.fixture
async def behind(driver: Driver, three: Machine) -> Machine:
    """What a kvmtui leaves that went away between the merge and the correction of the records."""
    if not three.running:
        three.start()
    ref, handle = driver.ref("m"), three.handle
    await driver.carry_out(Delete(ref, "s2", metadata_only=True))
    for target in TARGETS:
        s1, s2 = (three.disks[0].with_name(f"m-{target}.s{n}.qcow2") for n in (1, 2))
        handle.blockCommit(target, str(s1), str(s2), 0, 2)
        await driver.until_domain("m", lambda d: not d.jobs)
        await asyncio.to_thread(_gone, three, target, s2.name)
    await driver.fleet.fresh(ref)
    assert await driver.refused(Revert(ref, "s3")) == "layer missing"
    return three


async def test_a_layer_merged_behind_its_back_does_not_keep_a_snapshot_from_going(
    driver: Driver, behind: Machine
) -> None:
    plan = await driver.carry_out(Delete(driver.ref("m"), "s3"))
    assert any("no longer fits the chain" in told for told in map(str, plan.detours))
    assert [now(behind, target) for target in TARGETS] == both(1, 2, 3, 4)
    assert held(driver, "s1") == both(1)


async def test_a_record_is_corrected_and_its_snapshot_can_be_gone_back_to(
    driver: Driver, behind: Machine
) -> None:
    ref = driver.ref("m")
    await driver.carry_out(Mend(ref, "s3"))
    assert held(driver, "s3") == both(1, 2, 3)
    assert await driver.refused(Mend(ref, "s3")) == "fits"
    await driver.carry_out(Revert(ref, "s3"))
    assert [now(behind, target) for target in TARGETS] == both(1, 2, 3)


def _gone(machine: Machine, target: str, layer: str) -> None:
    eventually(lambda: layer not in machine.chain(target), f"{layer} is merged")
