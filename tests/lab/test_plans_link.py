"""A daemon that dies, comes back, or does not answer: told, survived, never waited for."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kvmtui.host.virt import Opener
from kvmtui.model.domain import State
from kvmtui.model.world import Link
from kvmtui.plans import planner
from kvmtui.plans.plan import Refusal
from kvmtui.plans.wishes import Create
from tests.host.driver import Driver
from tests.lab.agreement import agree
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab
REPOSITORY = Path(__file__).parents[2]

QUITS = """
import asyncio, os, signal, sys, time
from pathlib import Path
from kvmtui.host.virt import Opener
from tests.host.driver import driving

async def main():
    async with driving(Opener(sys.argv[1]), Path(sys.argv[2])) as driver:
        ref = await driver.meet("blank")
        os.kill(int(sys.argv[3]), signal.SIGSTOP)
        reading = asyncio.ensure_future(driver.fleet.fresh(ref))
        driver.fleet.refresh(ref)
        await asyncio.sleep(0.5)
        print(reading.done(), flush=True)
        reading.cancel()
        global begun
        begun = time.monotonic()

asyncio.run(main())
print(time.monotonic() - begun < 1, flush=True)
"""


async def test_a_daemon_that_dies_is_told_and_met_again(
    driver: Driver, daemon: Daemon, virsh: Virsh, blank: LabDomain
) -> None:
    ref = await driver.meet("blank")
    await driver.carry_out(Create(ref, "s1"))
    known = driver.domain("blank")
    try:
        await asyncio.to_thread(daemon.kill)
        await driver.until(lambda host: host.link is Link.LOST, 2, "lost")
        assert driver.host.trouble
        assert driver.domain("blank").forest == known.forest, "the last known state stays"
        made = planner.make(driver.fleet.world, Create(ref, "s9"))
        assert isinstance(made, Refusal)
        assert made.rule == "link"
    finally:
        await asyncio.to_thread(daemon.start)
    await asyncio.to_thread(virsh, "snapshot-create-as", "blank", "s2", "--disk-only", "--atomic")
    await asyncio.to_thread(virsh, "suspend", "blank")
    driver.fleet.refresh()
    await driver.until(lambda host: host.link is Link.OPEN, 10, "open again")
    await driver.until_domain(
        "blank",
        lambda d: d.state is State.PAUSED and d.forest is not None and d.forest.current == "s2",
        5,
        "the world is right again",
    )
    await driver.fleet.fresh(ref)
    agree(driver, virsh, "blank")
    await driver.carry_out(Create(ref, "s3"))
    agree(driver, virsh, "blank")
    await asyncio.to_thread(virsh, "resume", "blank")
    await driver.until_domain("blank", lambda d: d.state is State.RUNNING, 1, "events work again")


async def test_it_is_met_again_without_anybody_asking(
    driver: Driver, daemon: Daemon, blank: LabDomain
) -> None:
    await driver.meet("blank")
    try:
        await asyncio.to_thread(daemon.kill)
        await driver.until(lambda host: host.link is Link.LOST, 5, "lost")
    finally:
        await asyncio.to_thread(daemon.start)
    await driver.until(lambda host: host.link is Link.OPEN, 15, "open again")


async def test_a_plan_goes_on_when_the_daemon_is_there_again(
    driver: Driver, daemon: Daemon, blank: LabDomain
) -> None:
    ref = await driver.meet("blank")
    made = await driver.plan(Create(ref, "s1"))
    assert not isinstance(made, Refusal)
    try:
        await asyncio.to_thread(daemon.kill)
        performing = asyncio.ensure_future(driver.fleet.perform(made))
        await driver.until_domain("blank", lambda d: d.busy.startswith("see what came of it"))
        told = driver.fleet.journal.entries[-1]
        assert not told.ok
        assert told.result.startswith("connection lost: ")
    finally:
        await asyncio.to_thread(daemon.start)
    outcome = await asyncio.wait_for(performing, 20)
    assert outcome.ok, outcome.says
    assert driver.fleet.journal.entries[-1].result == "done"
    assert driver.domain("blank").busy == ""
    assert daemon.virsh("snapshot-list", "blank", "--name").split() == ["s1"]


async def test_a_wedged_daemon_freezes_nothing_here(
    driver: Driver, daemon: Daemon, blank: LabDomain
) -> None:
    ref = await driver.meet("blank")
    with daemon.wedged():
        reading = asyncio.ensure_future(driver.fleet.fresh(ref))
        driver.fleet.refresh(ref)
        longest, before = 0.0, time.monotonic()
        for _ in range(50):
            await asyncio.sleep(0.02)
            now = time.monotonic()
            longest, before = max(longest, now - before), now
        assert not reading.done()
        assert longest < 0.3, "the event loop was held up"
        assert driver.domain("blank").name == "blank"
    assert (await asyncio.wait_for(reading, 10)).name == "blank"
    assert driver.host.link is Link.OPEN


def test_quitting_does_not_wait_for_a_wedged_daemon(
    daemon: Daemon, opener: Opener, blank: LabDomain, tmp_path: Path
) -> None:
    argv = [sys.executable, "-c", QUITS, opener.uri, str(tmp_path), str(daemon.pid)]
    begun = time.monotonic()
    try:
        done = subprocess.run(
            argv, cwd=REPOSITORY, capture_output=True, text=True, timeout=20, check=False
        )
    finally:
        with daemon.wedged():
            pass  # the child has stopped it: now it goes on
    assert (done.returncode, done.stdout, done.stderr) == (0, "False\nTrue\n", "")
    assert time.monotonic() - begun < 8
