"""Commits on a real libvirtd: seen moving by everybody, cancelled by anybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kvmtui.model.job import JobKind
from kvmtui.plans.wishes import Cancel, Create, Merge
from tests.host.content import history, now, scatter, scribble
from tests.host.driver import Driver, driving
from tests.lab.conftest import NewBlank
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain
from tests.lab.test_plans import FOUND, agree, opener
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab

SLOW = 2 * 2**20
"""Bytes per second."""


@pytest.fixture
async def driver(daemon: Daemon, tmp_path: Path) -> AsyncIterator[Driver]:
    async with driving(opener(daemon), tmp_path / "state") as made:
        yield made


@pytest.fixture
async def heavy(driver: Driver, new_blank: NewBlank) -> LabDomain:
    """A running domain with one snapshot, above which 4 MiB lie in 64 places."""
    made = new_blank(mib=24)
    ref = await driver.meet("blank")
    await driver.carry_out(Create(ref, "s1"))
    scribble(made, 1)
    scatter(made.sources()["vda"], 0x77)
    made.start()
    return made


async def test_a_commit_can_be_cancelled_from_another_kvmtui(
    driver: Driver, daemon: Daemon, heavy: LabDomain, tmp_path: Path
) -> None:
    ref, active = driver.ref("blank"), heavy.sources()["vda"]
    async with driving(opener(daemon), tmp_path / "slow", bandwidth=SLOW // 8) as slow:
        await slow.meet("blank")
        merging = asyncio.create_task(slow.attempt(Merge(ref, "vda", str(heavy.disks[0]))))
        await driver.until_domain("blank", lambda d: d.jobs, FOUND, "seen by another kvmtui")
        assert driver.domain("blank").jobs[0].kind is JobKind.ACTIVE_COMMIT
        assert await driver.refused(Create(ref, "s2")) == "block job"
        await driver.carry_out(Cancel(ref, "vda"))
        assert not (await merging).ok
    assert heavy.sources()["vda"] == active
    assert now(heavy) == history(1)
    await driver.until_domain("blank", lambda d: not d.jobs, 5, "no job is shown")
    await driver.carry_out(Create(ref, "s2"))


async def test_a_commit_is_seen_moving(
    driver: Driver, virsh: Virsh, daemon: Daemon, heavy: LabDomain, tmp_path: Path
) -> None:
    async with driving(opener(daemon), tmp_path / "slow", bandwidth=SLOW) as slow:
        ref = await slow.meet("blank")
        await slow.carry_out(Merge(ref, "vda", str(heavy.disks[0])))
        shown = [d.jobs[0] for world in slow.worlds for d in world.hosts[0].domains if d.jobs]
    percentages = [int(job.fraction * 100) for job in shown]
    assert len(set(percentages)) >= 3, percentages
    assert percentages == sorted(percentages)
    await driver.until_domain(
        "blank", lambda d: d.config is not None and d.config.depth == 1 and not d.jobs, 5, "shorter"
    )
    await driver.fleet.fresh(ref)
    agree(driver, virsh, "blank")
    assert heavy.sources()["vda"] == heavy.disks[0]
    assert now(heavy) == history(1)
