"""Real jobs made faster, and real guests that outran them throttled or paused meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path

import libvirt
import pytest

from kvmtui.host.perform import Outcome
from kvmtui.model.domain import Domain, State
from kvmtui.model.tuning import Tuning
from kvmtui.plans.plan import Plan
from kvmtui.plans.wishes import Meanwhile, Merge, Pace
from tests.host.conftest import Embedded, NewMachine
from tests.host.content import history, now
from tests.host.driver import Driver, driving
from tests.host.machine import Machine
from tests.host.writing import heavy, writing

pytestmark = pytest.mark.embed

MIB = 2**20
COMMIT = libvirt.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE | libvirt.VIR_DOMAIN_BLOCK_COMMIT_BANDWIDTH_BYTES
PIVOT = libvirt.VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT


def writes(domain: Domain) -> int:
    """How many bytes a second the guest may write to its disk; 0 for any."""
    assert domain.config is not None
    return domain.config.disks[0].tuning.writes


def tuned(machine: Machine, affected: int = libvirt.VIR_DOMAIN_AFFECT_LIVE) -> dict[str, int]:
    """All limits that libvirt tells of the disk."""
    limits = machine.handle.blockIoTune("vda", affected)
    return {name: value for name, value in limits.items() if name != "group_name"}


async def committing(driver: Driver, machine: Machine, mib: int) -> None:
    """A commit that somebody else has begun, with a limit in MiB per second."""
    ref = await driver.meet("m")
    machine.handle.blockCommit("vda", None, None, mib * MIB, COMMIT)
    await driver.fleet.fresh(ref)
    assert driver.domain("m").jobs


async def begun(
    driver: Driver, guest: Meanwhile, typed: str = "", limit: str = "1M"
) -> asyncio.Task[Outcome]:
    """The plan at work, with what it does to the guest done."""
    wish = Pace(driver.ref("m"), "vda", limit, guest, typed)
    task = asyncio.create_task(driver.attempt(wish))
    done = ("pause m", "let the guest write at most")
    await driver.until(
        lambda _: any(e.says.startswith(done) for e in driver.fleet.journal.entries), what="done"
    )
    domain = driver.domain("m")
    assert domain.busy == "", "others may end the job"
    assert domain.state is State.PAUSED if guest is Meanwhile.PAUSE else writes(domain)
    return task


async def test_the_limit_of_an_own_merge_is_changed_while_it_runs(
    embedded: Embedded, new_machine: NewMachine, tmp_path: Path
) -> None:
    machine = heavy(new_machine)
    async with driving(embedded, tmp_path / "state", bandwidth=MIB) as slow:
        ref = await slow.meet("m")
        merging = asyncio.create_task(slow.attempt(Merge(ref, "vda", str(machine.disks[0]))))
        await slow.until_domain("m", lambda d: d.jobs and d.jobs[0].counted, what="it runs")
        await slow.carry_out(Pace(ref, "vda", "2M"))
        assert machine.handle.blockJobInfo("vda", 1)["bandwidth"] == 2 * MIB
        await slow.until_domain("m", lambda d: d.jobs[0].bandwidth == 2 * MIB, what="it is shown")
        assert not merging.done()
        await slow.carry_out(Pace(ref, "vda", ""))
        outcome = await asyncio.wait_for(merging, 20)
        assert outcome.ok, outcome.says
    assert now(machine) == history(1)


async def test_a_throttled_guest_has_the_job_converge_and_is_free_again_afterwards(
    driver: Driver, new_machine: NewMachine
) -> None:
    machine = heavy(new_machine)
    async with writing(machine, 12):
        await committing(driver, machine, 8)
        await driver.until_domain("m", lambda d: not d.jobs[0].converges, 40, "does not converge")
        task = await begun(driver, Meanwhile.THROTTLE, "2M", "8M")
        config = driver.domain("m").config
        assert config is not None
        assert config.disks[0].throttled
        await driver.until_domain("m", lambda d: d.jobs[0].ready, 60, "READY")
        outcome = await asyncio.wait_for(task, 20)
    assert outcome.ok, outcome.says
    assert outcome.unmet == ()
    assert writes(driver.domain("m")) == 0
    assert "iotune" not in machine.handle.XMLDesc(0)
    machine.handle.blockJobAbort("vda", PIVOT)
    assert now(machine) == history(1)


async def test_limits_of_the_definition_come_back(driver: Driver, new_machine: NewMachine) -> None:
    machine = heavy(new_machine)
    limits = {"write_bytes_sec": 20 * MIB, "read_bytes_sec": 30 * MIB, "read_iops_sec": 500}
    for affected in (libvirt.VIR_DOMAIN_AFFECT_LIVE, libvirt.VIR_DOMAIN_AFFECT_CONFIG):
        machine.handle.setBlockIoTune("vda", limits, affected)
    before = tuned(machine)
    await committing(driver, machine, 1)
    task = await begun(driver, Meanwhile.THROTTLE, "2M")
    assert tuned(machine) == {**before, "write_bytes_sec": 2 * MIB}
    machine.handle.blockJobAbort("vda", 0)
    outcome = await asyncio.wait_for(task, 20)
    assert outcome.ok, outcome.says
    assert tuned(machine) == before
    assert tuned(machine, libvirt.VIR_DOMAIN_AFFECT_CONFIG) == before


async def test_a_throttle_that_was_left_is_shown_and_taken_away_without_a_job(
    driver: Driver, machine: Machine
) -> None:
    ref = await driver.meet("m")
    machine.handle.setBlockIoTune("vda", {"write_bytes_sec": MIB}, libvirt.VIR_DOMAIN_AFFECT_LIVE)
    await driver.fleet.fresh(ref)
    config = driver.domain("m").config
    assert config is not None
    assert (config.disks[0].throttled, config.disks[0].lasting) == (True, Tuning())
    await driver.carry_out(Pace(ref, "vda", guest=Meanwhile.FREE))
    assert machine.handle.blockIoTune("vda", 0)["write_bytes_sec"] == 0


@pytest.mark.parametrize("end", ["ready", "cancelled"])
async def test_a_paused_guest_runs_again_whatever_became_of_the_job(
    driver: Driver, new_machine: NewMachine, end: str
) -> None:
    machine = heavy(new_machine)
    await committing(driver, machine, 1)
    task = await begun(driver, Meanwhile.PAUSE)
    assert machine.state == libvirt.VIR_DOMAIN_PAUSED
    if end == "ready":
        machine.handle.blockJobSetSpeed("vda", 0, 0)
    else:
        machine.handle.blockJobAbort("vda", 0)
    outcome = await asyncio.wait_for(task, 20)
    assert outcome.ok, outcome.says
    assert outcome.unmet == ()
    assert machine.state == libvirt.VIR_DOMAIN_RUNNING
    assert bool(machine.handle.blockJobInfo("vda", 0)) is (end == "ready")
    assert now(machine) == history(1)


@pytest.mark.parametrize("who", ["resumed by b", "resumed", "killed"])
async def test_a_guest_that_somebody_has_switched_meanwhile_is_left_so(
    driver: Driver, new_machine: NewMachine, who: str
) -> None:
    machine = heavy(new_machine)
    await committing(driver, machine, 1)
    task = await begun(driver, Meanwhile.PAUSE)
    if who == "killed":
        machine.off()
    else:
        if who == "resumed":
            machine.handle.resume()
        else:
            await driver.carry_out(Pace(driver.ref("m"), "vda", "1M", Meanwhile.RESUME))
        assert not task.done()
        machine.handle.blockJobAbort("vda", 0)
    outcome = await asyncio.wait_for(task, 20)
    assert outcome.ok, outcome.says
    assert outcome.unmet == ()
    expected = "SHUTOFF" if who == "killed" else "RUNNING"
    assert machine.state == getattr(libvirt, f"VIR_DOMAIN_{expected}")


async def test_a_guest_that_was_paused_before_is_not_resumed(
    driver: Driver, new_machine: NewMachine
) -> None:
    machine = heavy(new_machine)
    machine.handle.suspend()
    await committing(driver, machine, 1)
    wish = Pace(driver.ref("m"), "vda", "1M", Meanwhile.PAUSE)
    assert await driver.refused(wish) == "state"
    assert machine.state == libvirt.VIR_DOMAIN_PAUSED


@pytest.mark.parametrize("guest", [Meanwhile.PAUSE, Meanwhile.THROTTLE])
async def test_whoever_ends_kvmtui_meanwhile_leaves_the_guest_as_it_was(
    driver: Driver, new_machine: NewMachine, guest: Meanwhile
) -> None:
    machine = heavy(new_machine)
    await committing(driver, machine, 1)
    task = await begun(driver, guest, "2M")
    assert await driver.fleet.give_back() == ()
    assert machine.state == libvirt.VIR_DOMAIN_RUNNING
    assert tuned(machine)["write_bytes_sec"] == 0
    assert machine.handle.blockJobInfo("vda", 0), "the job goes on"
    task.cancel()
    await asyncio.wait([task])
    assert await driver.fleet.give_back() == ()


async def test_a_guest_that_somebody_else_has_paused_first_is_not_resumed(
    driver: Driver, new_machine: NewMachine
) -> None:
    machine = heavy(new_machine)
    await committing(driver, machine, 1)
    plan = await driver.plan(Pace(driver.ref("m"), "vda", "2M", Meanwhile.PAUSE))
    assert isinstance(plan, Plan)
    machine.handle.suspend()
    outcome = await driver.fleet.perform(plan)
    assert "somebody else has paused it" in outcome.says
    assert machine.state == libvirt.VIR_DOMAIN_PAUSED
