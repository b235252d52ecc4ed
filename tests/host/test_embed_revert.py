"""Going back on real disks: the old content is active, the present one can be reached again."""

from __future__ import annotations

from pathlib import Path

import libvirt
import pytest

from kvmtui.model.domain import State
from kvmtui.model.snapshot import Forest
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import After, StartOver
from kvmtui.plans.wishes import Create, Delete, Revert
from tests.host.conftest import NewMachine
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine
from tests.lab import disk

pytestmark = pytest.mark.embed


@pytest.fixture(params=["running", "off"])
async def three(driver: Driver, new_machine: NewMachine, request: pytest.FixtureRequest) -> Machine:
    """Snapshots s1, s2, s3, with the scribbles 1, 2, 3 made before each, and 4 after the last."""
    machine = new_machine()
    if request.param == "running":
        machine.start()
    ref = await driver.meet("m")
    for number in (1, 2, 3):
        scribble(machine, number)
        await driver.carry_out(Create(ref, f"s{number}"))
    scribble(machine, 4)
    return machine


async def test_the_state_before_a_revert_is_a_snapshot_and_can_be_gone_back_to(
    driver: Driver, three: Machine
) -> None:
    ref, ran = driver.ref("m"), three.running
    plan = await driver.carry_out(Revert(ref, "s1"))
    assert now(three) == history(1)
    assert three.running == ran
    assert three.current() == "s1"
    assert not any("written" in loss for loss in plan.losses)
    assert three.recorded() == {"s1": None, "s2": "s1", "s3": "s2", "before-revert": "s3"}
    scribble(three, 5)
    assert now(three) == history(1, 5)
    await driver.carry_out(Revert(ref, "before-revert"))
    assert now(three) == history(1, 2, 3, 4)
    assert three.running == ran
    assert three.recorded()["before-revert-2"] == "s1"
    await driver.carry_out(Revert(ref, "before-revert-2"))
    assert now(three) == history(1, 5)


async def test_round_after_round_between_branches_bring_back_each_content_every_time(
    driver: Driver, three: Machine
) -> None:
    ref = driver.ref("m")
    held = {"s1": history(1), "s2": history(1, 2), "s3": history(1, 2, 3)}
    ran = three.running  # starting and stopping takes most of the time
    for round_ in range(1 if ran else 5):
        for name in ("s3", "s2", "s1"):
            await driver.carry_out(Revert(ref, name, safety=round_ == 0))
            assert now(three) == held[name], (round_, name)
            assert three.running == ran
            scribble(three, 6 + round_)
    saved = {
        "before-revert": history(1, 2, 3, 4),
        "before-revert-2": history(1, 2, 3, 6),
        "before-revert-3": history(1, 2, 6),
    }
    for name, content in saved.items():
        await driver.carry_out(Revert(ref, name, safety=False))
        assert now(three) == content, name


async def test_a_revert_that_cannot_make_its_overlay_leaves_disks_and_definition_as_they_were(
    driver: Driver, three: Machine
) -> None:
    ref, before = driver.ref("m"), three.sources()
    plan = await driver.plan(Revert(ref, "s1", safety=False))
    assert isinstance(plan, Plan)
    targets = [t for step in plan.steps if isinstance(step, StartOver) for t in step.targets]
    assert targets
    for target in targets:
        disk.create(Path(target.file))
    outcome = await driver.fleet.perform(plan)
    assert not outcome.ok
    assert three.sources() == before
    assert now(three) == history(1, 2, 3, 4)
    await driver.carry_out(Revert(ref, "s1"))
    assert now(three) == history(1)


async def test_without_safety_the_loss_is_told_and_nothing_is_kept(
    driver: Driver, three: Machine
) -> None:
    plan = await driver.carry_out(Revert(driver.ref("m"), "s2", safety=False))
    assert any("written to the disks since “s2”" in loss for loss in plan.losses)
    assert now(three) == history(1, 2)
    assert set(three.recorded()) == {"s1", "s2", "s3"}


@pytest.mark.parametrize("then", ["running", "off"])
@pytest.mark.parametrize("after", [After.RUNNING, After.PAUSED])
async def test_an_internal_revert_leaves_the_domain_as_it_was_wished(
    driver: Driver, new_machine: NewMachine, then: str, after: After
) -> None:
    machine = new_machine()
    if then == "running":
        machine.start()
    ref = await driver.meet("m")
    scribble(machine, 1)
    await driver.carry_out(Create(ref, "i1", how="internal"))
    scribble(machine, 2)
    await driver.carry_out(Revert(ref, "i1", after, safety=False))
    wished = {
        After.RUNNING: libvirt.VIR_DOMAIN_RUNNING,
        After.PAUSED: libvirt.VIR_DOMAIN_PAUSED,
    }
    assert machine.state == wished[after]
    assert now(machine) == history(1)


@pytest.mark.parametrize("after", [After.RUNNING, After.PAUSED, After.OFF])
async def test_the_domain_is_left_as_it_was_wished(
    driver: Driver, new_machine: NewMachine, after: After
) -> None:
    machine = new_machine()
    machine.start()
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "s1"))
    scribble(machine, 1)
    await driver.carry_out(Revert(ref, "s1", after, safety=False))
    wanted = {
        After.RUNNING: State.RUNNING,
        After.PAUSED: State.PAUSED,
        After.OFF: State.OFF,
    }[after]
    assert driver.domain("m").state is wanted
    assert machine.state == {State.RUNNING: 1, State.PAUSED: 3, State.OFF: 5}[wanted]
    assert now(machine) == history()


async def test_both_disks_go_back_together(driver: Driver, new_machine: NewMachine) -> None:
    machine = new_machine(disks=2)
    machine.start()
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "s1"))
    for target in ("vda", "vdb"):
        scribble(machine, 1, target)
    await driver.carry_out(Revert(ref, "s1"))
    assert now(machine, "vda") == history()
    assert now(machine, "vdb") == history(first=0x22)
    await driver.carry_out(Revert(ref, "before-revert"))
    assert now(machine, "vda") == history(1)
    assert now(machine, "vdb") == history(1, first=0x22)


@pytest.mark.parametrize("safety", [True, False])
async def test_a_disk_that_was_left_out_goes_on_as_it_is(
    driver: Driver, new_machine: NewMachine, safety: bool
) -> None:
    machine = new_machine(disks=2)
    machine.start()
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "s1", disks=("vda",)))
    for target in ("vda", "vdb"):
        scribble(machine, 1, target)
    await driver.carry_out(Revert(ref, "s1", safety=safety))
    assert now(machine, "vda") == history()
    assert now(machine, "vdb") == history(1, first=0x22)
    assert machine.chain("vdb") == ("m-vdb.qcow2",)
    await driver.carry_out(Create(ref, "s2"))
    scribble(machine, 2, "vdb")
    await driver.carry_out(Revert(ref, "s1", safety=safety))
    assert now(machine, "vda") == history()
    assert now(machine, "vdb") == history(1, 2, first=0x22)
    assert pages(machine.disks[1]) == history(1, first=0x22), "s2 keeps this image"
    await driver.carry_out(Revert(ref, "s2", safety=False))
    assert now(machine, "vdb") == history(1, first=0x22)


@pytest.mark.parametrize("after", [After.RECORDED, After.PAUSED])
async def test_ram_comes_back_from_its_file_again_and_again(
    driver: Driver, machine: Machine, after: After
) -> None:
    ref = await driver.meet("m")
    scribble(machine, 1)
    await driver.carry_out(Create(ref, "s1", how="ram"))
    for round_ in (2, 3):
        if machine.state == 3:
            machine.handle.resume()  # QEMU 10 writes to no disk before
        scribble(machine, round_)
        await driver.carry_out(Revert(ref, "s1", after))
        assert now(machine) == history(1)
        assert machine.state == (3 if after is After.PAUSED else 1)
    if after is After.RECORDED:
        scribble(machine, 4)
        await driver.carry_out(Revert(ref, "s1", safety_ram=True))
        await driver.carry_out(Revert(ref, "before-revert-3", safety=False))
        assert now(machine) == history(1, 4)
        assert machine.running
    await driver.carry_out(Revert(ref, "before-revert", ram=False, safety=False))
    assert now(machine) == history(1, 2)


def damage(forest: Forest | None) -> None:
    """The RAM file of the first snapshot is none any more."""
    assert forest is not None
    Path(forest.snapshots[0].memory_file).write_bytes(b"nothing")


async def test_a_damaged_ram_file_leaves_the_disks_of_then_and_the_present_state_kept(
    driver: Driver, machine: Machine
) -> None:
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "s1", how="ram"))
    damage(driver.domain("m").forest)
    scribble(machine, 1)
    outcome = await driver.attempt(Revert(ref, "s1"))
    assert not outcome.ok
    assert "bring back the RAM of “s1”" in outcome.says
    assert (machine.running, now(machine)) == (False, history())
    await driver.carry_out(Revert(ref, "before-revert", After.RUNNING))
    assert (machine.running, now(machine)) == (True, history(1))


async def test_a_state_that_was_written_over_is_not_gone_back_to(
    driver: Driver, machine: Machine
) -> None:
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "s1"))
    scribble(machine, 1)
    machine.handle.blockCommit("vda", None, None, 0, 4)
    await driver.until_domain("m", lambda d: d.jobs and d.jobs[0].ready, 10)
    machine.handle.blockJobAbort("vda", 2)
    assert await driver.refused(Revert(ref, "s1")) == "stale"
    assert await driver.refused(Delete(ref, "s1")) == "stale"
    await driver.carry_out(Delete(ref, "s1", metadata_only=True))
    assert machine.recorded() == {}
    assert now(machine) == history(1)


async def test_an_internal_revert_below_an_external_snapshot_is_refused(
    driver: Driver, machine: Machine
) -> None:
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "i1", how="internal"))
    scribble(machine, 1)
    await driver.carry_out(Create(ref, "s1"))
    assert await driver.refused(Revert(ref, "i1")) == "stands on it"
    assert pages(machine.disks[0]) == history(1)
