"""Commits on a real libvirtd: seen moving by everybody, cancelled by anybody."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kvmtui.host.virt import Opener
from kvmtui.model.job import JobKind
from kvmtui.plans.plan import Plan
from kvmtui.plans.wishes import Cancel, Create, Delete, Finish, Merge, Revert
from tests.host.content import history, now, pages, scatter, scribble
from tests.host.driver import Driver, driving
from tests.lab import disk
from tests.lab.agreement import agree
from tests.lab.conftest import NewBlank
from tests.lab.domain import LabDomain
from tests.lab.proof import Proves
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab

SLOW = 2 * 2**20
"""Bytes per second."""


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
    driver: Driver, proves: Proves, opener: Opener, heavy: LabDomain, tmp_path: Path
) -> None:
    ref, active = driver.ref("blank"), heavy.sources()["vda"]
    async with driving(opener, tmp_path / "slow", bandwidth=SLOW // 8) as slow:
        await slow.meet("blank")
        merging = asyncio.create_task(slow.attempt(Merge(ref, "vda", str(heavy.disks[0]))))
        await driver.until_domain("blank", lambda d: d.jobs, what="seen by another kvmtui")
        assert driver.domain("blank").jobs[0].kind is JobKind.ACTIVE_COMMIT
        assert await driver.refused(Create(ref, "s2")) == "block job"
        assert await proves("merge: cancel a commit", Cancel(ref, "vda"))
        assert not (await merging).ok
    assert heavy.sources()["vda"] == active
    assert now(heavy) == history(1)
    await driver.until_domain("blank", lambda d: not d.jobs, 5, "no job is shown")
    await driver.carry_out(Create(ref, "s2"))


async def test_a_commit_is_seen_moving(
    driver: Driver, virsh: Virsh, opener: Opener, heavy: LabDomain, tmp_path: Path
) -> None:
    async with driving(opener, tmp_path / "slow", bandwidth=SLOW) as slow:
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


async def test_a_commit_shortens_the_chain_and_keeps_what_was_written(
    driver: Driver, proves: Proves, virsh: Virsh, heavy: LabDomain
) -> None:
    ref, base = driver.ref("blank"), heavy.disks[0]
    assert await proves("merge: the active layer", Merge(ref, "vda", str(base)))
    agree(driver, virsh, "blank")
    assert heavy.sources()["vda"] == base
    assert now(heavy) == history(1)
    assert disk.holds(base, 0x77, offset=2**22)


async def test_a_commit_that_somebody_left_ready_is_switched_over(
    driver: Driver, proves: Proves, virsh: Virsh, heavy: LabDomain
) -> None:
    ref, base = driver.ref("blank"), heavy.disks[0]
    virsh("blockcommit", "blank", "vda", "--active")
    await driver.until_domain("blank", lambda d: d.jobs and d.jobs[0].ready, what="READY is seen")
    assert await proves("merge: switch over a commit that is ready (pivot)", Finish(ref, "vda"))
    await driver.until_domain("blank", lambda d: not d.jobs, what="no job is shown")
    agree(driver, virsh, "blank")
    assert heavy.sources()["vda"] == base
    assert now(heavy) == history(1)
    assert disk.holds(base, 0x77, offset=2**22)


@pytest.fixture
async def three(driver: Driver, new_blank: NewBlank) -> LabDomain:
    """A running domain in three layers, 4 MiB in 64 places of the middle one."""
    made = new_blank(mib=24)
    ref = await driver.meet("blank")
    await driver.carry_out(Create(ref, "s1"))
    scribble(made, 1)
    scatter(made.sources()["vda"], 0x77)
    await driver.carry_out(Create(ref, "s2"))
    scribble(made, 2)
    made.start()
    await driver.until_domain("blank", lambda d: d.state.active)
    return made


def chain(domain: LabDomain) -> list[str]:
    """The files from the active layer down, as the images themselves say."""
    return [part["filename"] for part in disk.info(domain.sources()["vda"])]


async def half_way(driver: Driver, kind: JobKind) -> None:
    await driver.until_domain(
        "blank", lambda d: d.jobs and 0.2 < d.jobs[0].fraction < 0.8, what="half way"
    )
    assert driver.domain("blank").jobs[0].kind is kind


async def test_a_pull_that_is_cancelled_keeps_the_chain_the_data_and_every_snapshot(
    driver: Driver, proves: Proves, virsh: Virsh, three: LabDomain
) -> None:
    ref, before = driver.ref("blank"), chain(three)
    virsh("blockpull", "blank", "vda", "--bytes", "--bandwidth", str(SLOW // 2))
    await half_way(driver, JobKind.PULL)
    plan = await proves("merge: cancel a pull", Cancel(ref, "vda"))
    assert plan is not None
    assert plan.losses == ()
    await driver.until_domain("blank", lambda d: not d.jobs, what="no job is shown")
    assert chain(three) == before
    assert now(three) == history(1, 2)
    assert disk.holds(three.sources()["vda"], 0x77, offset=2**22)
    for name, content in (("s2", history(1)), ("s1", history())):
        await driver.carry_out(Revert(ref, name, safety=False))
        assert now(three) == content


@pytest.mark.parametrize("whose", ["another client's", "an own"])
async def test_a_commit_below_the_active_layer_that_is_cancelled_keeps_the_chain_and_the_data(
    driver: Driver, proves: Proves, virsh: Virsh, opener: Opener, three: LabDomain, whose: str,
    tmp_path: Path,
) -> None:  # fmt: skip
    ref, before = driver.ref("blank"), chain(three)
    held = pages(three.disks[0])
    async with driving(opener, tmp_path / "slow", bandwidth=SLOW // 2) as slow:
        await slow.meet("blank")
        if whose == "another client's":
            limit = ("--bytes", "--bandwidth", str(SLOW // 2))
            virsh("blockcommit", "blank", "vda", "--top", before[1], "--base", before[2], *limit)
            merging = None
        else:
            merging = asyncio.create_task(slow.attempt(Delete(ref, "s1", cancellable=True)))
        await half_way(driver, JobKind.COMMIT)
        assert await proves(
            f"merge: cancel {whose} commit below the active layer", Cancel(ref, "vda")
        )
        assert merging is None or not (await merging).ok
    await driver.until_domain("blank", lambda d: not d.jobs, what="no job is shown")
    assert chain(three) == before
    assert now(three) == history(1, 2)
    assert disk.holds(three.sources()["vda"], 0x77, offset=2**22)
    made = await driver.plan(Revert(ref, "s1", safety=False))
    assert not isinstance(made, Plan) or pages(three.disks[0]) == held, "s1 is spoilt"
    await driver.carry_out(Revert(ref, "s2", safety=False))
    assert now(three) == history(1)
