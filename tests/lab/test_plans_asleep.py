"""A daemon that is stopped for longer than libvirt waits, amid actions: told, and cleared up."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from kvmtui.host.perform import Outcome
from kvmtui.host.virt import Opener, opening
from kvmtui.model.world import Host, Link
from kvmtui.plans.plan import Plan
from kvmtui.plans.wishes import Create, Merge, Revert, Wish
from kvmtui.render import silence
from tests.host.content import history, now, pages, scatter, scribble
from tests.host.driver import Driver, driving
from tests.lab.conftest import NewBlank
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain

pytestmark = pytest.mark.lab

KEEPALIVE = (1, 3)
"""Less patient than kvmtui is."""

BROKEN = KEEPALIVE[0] * (KEEPALIVE[1] + 1) + 10
"""Seconds after which the connection is broken at the latest."""

SLOW = "256K"
"""A second, of 4 MiB."""


@pytest.fixture
async def driver(
    daemon: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Driver]:
    """Follows the daemon with less patience."""
    monkeypatch.setattr(opening, "KEEPALIVE", KEEPALIVE)
    async with driving(Opener(daemon.remote), tmp_path / "state") as made:
        yield made


async def with_snapshot(driver: Driver, domain: LabDomain) -> None:
    """s1 holds scribble 1, and the present state scribble 2 as well; it runs."""
    ref = await driver.meet(domain.name)
    scribble(domain, 1)
    await driver.carry_out(Create(ref, "s1"))
    scribble(domain, 2)


def banner(driver: Driver) -> str:
    """What stands above the panes."""
    text = silence.banner(driver.fleet.world, time.time())
    return text.plain if text is not None else ""


async def begin(driver: Driver, wish: Wish) -> Callable[[], asyncio.Task[Outcome]]:
    """Has it planned; it is carried out when the answer is called."""
    plan = await driver.plan(wish)
    assert isinstance(plan, Plan), plan
    return lambda: asyncio.create_task(driver.fleet.perform(plan))


async def test_what_was_at_work_is_told_when_it_goes_on(
    driver: Driver, daemon: Daemon, new_blank: NewBlank
) -> None:
    """A call that libvirt is at, one that it has not read yet, and a job that QEMU goes on with."""
    taking, going, merging = (new_blank(name, mib=24) for name in ("taking", "going", "merging"))
    for domain in (taking, going, merging):
        await with_snapshot(driver, domain)
    scatter(merging.sources()["vda"], 0x77)
    for domain in (taking, going, merging):
        domain.start()
        await driver.until_domain(domain.name, lambda d: d.state.active, what="it runs")
    ref = driver.ref
    take = await begin(driver, Create(ref("taking"), "s2"))
    revert = await begin(driver, Revert(ref("going"), "s1"))
    merge = await begin(driver, Merge(ref("merging"), "vda", str(merging.disks[0]), limit=SLOW))
    merged = merge()
    await driver.until_domain("merging", lambda d: d.job("vda") is not None, what="it merges")
    qemu = int((daemon.folder / "run" / "qemu" / "taking.pid").read_text())
    os.kill(qemu, signal.SIGSTOP)
    try:
        taken = take()
        await driver.until_domain("taking", lambda d: d.silence, what="libvirt waits for QEMU")
        with daemon.wedged():
            os.kill(qemu, signal.SIGCONT)
            reverted = revert()
            await driver.until(lambda host: host.link is Link.LOST, BROKEN, "it is broken")
            assert "lost" in banner(driver)
            assert {d.name for d in driver.host.domains} >= {"taking", "going", "merging"}
    finally:
        os.kill(qemu, signal.SIGCONT)
    await driver.until(_is_back, 40, "it is found again")
    assert banner(driver) == ""
    if merging.handle.blockJobInfo("vda"):
        merging.handle.blockJobSetSpeed("vda", 0)
    outcomes = [await asyncio.wait_for(task, 60) for task in (taken, merged, reverted)]
    assert [outcome.says for outcome in outcomes if not outcome.ok] == []
    assert now(merging) == history(1, 2)
    assert merging.sources()["vda"] == merging.disks[0]
    assert merging.holds("vda", 0x77, offset=2**22)
    assert now(going) == history(1)
    assert now(taking) == history(1, 2)
    forest = driver.domain("taking").forest
    record = forest.get("s2") if forest else None
    assert record is not None
    assert pages(Path(record.disks[0].base)) == history(1, 2)
    assert all(not d.busy and d.silence is None for d in driver.host.domains)


def _is_back(host: Host) -> bool:
    return host.link is Link.OPEN and not host.silent
