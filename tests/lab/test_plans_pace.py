"""How fast a job goes on a real libvirtd, and guests that are throttled or paused meanwhile."""

from __future__ import annotations

import asyncio
import re
import time

import pytest

from kvmtui.model.domain import State
from kvmtui.model.world import Link
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import SetSpeed, Tune
from kvmtui.plans.wishes import Finish, Meanwhile, Pace
from tests.host.content import history, now, scatter, scribble
from tests.host.driver import Driver
from tests.lab import disk
from tests.lab.conftest import NewBlank
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain
from tests.lab.proof import Proves
from tests.lab.test_plans_virsh import typed
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab

MIB = 2**20
SLOW = str(MIB // 8)
"""Bytes per second, of 4 MiB."""


@pytest.fixture
async def committing(driver: Driver, virsh: Virsh, new_blank: NewBlank) -> LabDomain:
    """A running domain whose 4 MiB above a snapshot are merged slowly, as somebody has begun."""
    made = new_blank(mib=24)
    overlay = made.disks[0].with_name("overlay.qcow2")
    spec = ("--diskspec", f"vda,snapshot=external,file={overlay}")
    virsh("snapshot-create-as", "blank", "--disk-only", "--no-metadata", *spec)
    scribble(made, 1)
    scatter(overlay, 0x77)
    made.start()
    await driver.meet("blank")
    virsh("blockcommit", "blank", "vda", "--active", "--bytes", "--bandwidth", SLOW)
    await driver.until_domain("blank", lambda d: d.jobs and d.jobs[0].counted, what="it is seen")
    return made


def writes(virsh: Virsh) -> int:
    """The limit of what the guest writes, as virsh tells it."""
    found = re.search(r"^write_bytes_sec *: *(\d+)$", virsh("blkdeviotune", "blank", "vda"), re.M)
    assert found
    return int(found[1])


async def until_it_waits(driver: Driver) -> None:
    done = ("pause blank", "let the guest write at most")
    await driver.until(
        lambda _: any(e.says.startswith(done) for e in driver.fleet.journal.entries), what="done"
    )


async def finished(driver: Driver, domain: LabDomain) -> None:
    """Switched over, with everything that was written."""
    await driver.until_domain("blank", lambda d: d.jobs and d.jobs[0].ready, what="READY")
    await driver.carry_out(Finish(driver.ref("blank"), "vda"))
    assert domain.sources()["vda"] == domain.disks[0]
    assert now(domain) == history(1)
    assert disk.holds(domain.disks[0], 0x77, offset=2**22)


async def test_the_limit_of_a_commit_is_changed_while_it_runs(
    driver: Driver, proves: Proves, committing: LabDomain
) -> None:
    ref = driver.ref("blank")
    assert driver.domain("blank").jobs[0].bandwidth == int(SLOW)
    assert await proves("merge: change the limit of a commit that runs", Pace(ref, "vda", "256K"))
    assert committing.handle.blockJobInfo("vda", 1)["bandwidth"] == 2**18
    await driver.until_domain("blank", lambda d: d.jobs[0].bandwidth == 2**18, what="it is shown")
    await driver.carry_out(Pace(ref, "vda", ""))
    await finished(driver, committing)


async def test_a_guest_is_throttled_until_the_commit_is_ready(
    driver: Driver, proves: Proves, virsh: Virsh, committing: LabDomain
) -> None:
    ref = driver.ref("blank")
    wish = Pace(ref, "vda", SLOW, Meanwhile.THROTTLE, "1M")
    task = asyncio.create_task(proves("merge: throttle the guest until a commit is ready", wish))
    await until_it_waits(driver)
    assert writes(virsh) == MIB
    config = driver.domain("blank").config
    assert config is not None
    assert config.disks[0].throttled
    begun = time.monotonic()
    for place in (16, 17, 18):  # QEMU lets the first one pass
        committing.write("vda", 0x55, offset=place * MIB, length=MIB)
    assert time.monotonic() - begun > 1, "three seconds' worth was written at once"
    await driver.carry_out(Pace(ref, "vda", ""))
    assert isinstance(await task, Plan)
    assert writes(virsh) == 0
    await finished(driver, committing)
    assert committing.holds("vda", 0x55, offset=16 * MIB, length=3 * MIB)


async def test_a_throttle_that_was_left_is_taken_away(
    driver: Driver, proves: Proves, virsh: Virsh, committing: LabDomain
) -> None:
    ref = driver.ref("blank")
    virsh("blockjob", "blank", "vda", "--abort")
    virsh("blkdeviotune", "blank", "vda", "--live", "--write-bytes-sec", str(MIB))
    await driver.fleet.fresh(ref)
    wish = Pace(ref, "vda", guest=Meanwhile.FREE)
    assert await proves("merge: take a throttle away that was left", wish)
    assert writes(virsh) == 0
    assert now(committing) == history(1)


async def test_a_guest_is_paused_until_the_commit_is_ready_and_runs_again(
    driver: Driver, proves: Proves, committing: LabDomain
) -> None:
    ref = driver.ref("blank")
    wish = Pace(ref, "vda", SLOW, Meanwhile.PAUSE)
    task = asyncio.create_task(proves("merge: pause the guest until a commit is ready", wish))
    await until_it_waits(driver)
    assert committing.state == "paused"
    await driver.carry_out(Pace(ref, "vda", ""))
    assert isinstance(await task, Plan)
    assert committing.state == "running"
    await driver.until_domain("blank", lambda d: d.state is State.RUNNING, what="it is shown")
    await finished(driver, committing)


async def test_a_paused_guest_runs_again_although_the_daemon_died_meanwhile(
    driver: Driver, daemon: Daemon, committing: LabDomain
) -> None:
    wish = Pace(driver.ref("blank"), "vda", SLOW, Meanwhile.PAUSE)
    task = asyncio.create_task(driver.attempt(wish))
    await until_it_waits(driver)
    try:
        await asyncio.to_thread(daemon.kill)
        await driver.until(lambda host: host.link is Link.LOST, 10, "lost")
    finally:
        await asyncio.to_thread(daemon.start)
    outcome = await asyncio.wait_for(task, 40)
    assert outcome.ok, outcome.says
    assert outcome.unmet == ()
    assert committing.state == "running"
    assert now(committing) == history(1)


def test_virsh_takes_the_lines_that_are_shown(
    virsh: Virsh, daemon: Daemon, committing: LabDomain
) -> None:
    for bandwidth in (300_000, 0):
        typed(SetSpeed("blank", "vda", bandwidth), daemon.uri, "blank", "blank")
        assert committing.handle.blockJobInfo("vda", 1).get("bandwidth", 0) == bandwidth
    for limit in (5 * MIB, 0):
        typed(Tune("blank", "vda", limit, 7 * MIB), daemon.uri, "blank", "blank")
        assert writes(virsh) == limit
        assert "read_bytes_sec : 7340032" in virsh("blkdeviotune", "blank", "vda")
    assert "iotune" not in virsh("dumpxml", "blank", "--inactive")
