"""Jobs on a real libvirtd beside a guest that writes all the while; chains of any depth."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kvmtui.host.perform import Outcome
from kvmtui.host.virt import Opener
from kvmtui.plans.plan import Plan
from kvmtui.plans.wishes import Cancel, Create, Merge, Revert
from tests.host.beside import DEPTH, JOBS, beside, fill, is_filled, is_whole, limit
from tests.host.content import history, now, scribble
from tests.host.driver import Driver, driving
from tests.lab.conftest import NewBlank
from tests.lab.domain import LabDomain
from tests.lab.test_plans_chain import layers

pytestmark = pytest.mark.lab


async def layered(driver: Driver, domain: LabDomain, depth: int) -> None:
    """s1, s2, ..., each after the scribble of its number."""
    ref = await driver.meet("blank")
    for number in range(1, depth + 1):
        scribble(domain, number)
        await driver.carry_out(Create(ref, f"s{number}"))


@pytest.fixture
async def busy(driver: Driver, new_blank: NewBlank) -> LabDomain:
    """A running domain with five snapshots, and enough in every layer to move."""
    domain = new_blank(mib=24)
    await layered(driver, domain, DEPTH)
    fill(domain.disks[0])
    domain.start()
    return domain


@pytest.mark.parametrize("job", JOBS)
async def test_what_the_guest_writes_meanwhile_is_there(
    driver: Driver, opener: Opener, busy: LabDomain, tmp_path: Path, job: str
) -> None:
    ask, _, kept = JOBS[job]
    async with driving(opener, tmp_path / "slow", bandwidth=limit(job)) as slow:
        ref = await slow.meet("blank")
        outcome, last = await beside(busy, slow.attempt(ask(ref, layers(slow))))
    assert outcome.ok, outcome.says
    scribble(busy, last)  # what was pulled is on the disk only when QEMU flushes it
    assert is_whole(now(busy))
    assert now(busy) == history(*range(1, last + 1))
    assert is_filled(busy.sources()["vda"])
    await driver.carry_out(Revert(driver.ref("blank"), f"s{kept}", safety=False))
    assert now(busy) == history(*range(1, kept + 1))


@pytest.mark.parametrize("job", ["commit inner", "pull"])
async def test_cancelled_half_way_nothing_is_lost_that_is_offered(
    driver: Driver, opener: Opener, busy: LabDomain, tmp_path: Path, job: str
) -> None:
    ask, _, kept = JOBS[job]
    async with driving(opener, tmp_path / "slow", bandwidth=limit(job)) as slow:
        ref = await slow.meet("blank")
        before = layers(slow)

        async def cancelled() -> tuple[Outcome, Outcome]:
            working = asyncio.create_task(slow.attempt(ask(ref, before)))
            await slow.until_domain("blank", lambda d: d.jobs and d.jobs[0].fraction > 0.2)
            return await slow.attempt(Cancel(ref, "vda")), await working

        (cancel, outcome), last = await beside(busy, cancelled())
    assert cancel.ok, cancel.says
    assert not outcome.ok
    await driver.fleet.fresh(ref)
    assert layers(driver) == before
    assert now(busy) == history(*range(1, last + 1))
    await driver.carry_out(Revert(ref, f"s{kept}", safety=False))
    assert now(busy) == history(*range(1, kept + 1))
    wish = Revert(ref, "s2", safety=False)
    if isinstance(await driver.plan(wish), Plan):
        await driver.carry_out(wish)
        assert now(busy) == history(1, 2)


@pytest.mark.parametrize(("depth", "running"), [(1, False), (2, True), (19, True)])
async def test_a_chain_of_any_depth_goes_into_its_base(
    driver: Driver, new_blank: NewBlank, depth: int, running: bool
) -> None:
    """A newer libvirt is given no more than twenty layers."""
    domain = new_blank(mib=24)
    if running:
        domain.start()
    await layered(driver, domain, depth)
    scribble(domain, depth + 1)
    power = domain.power
    await driver.carry_out(Merge(driver.ref("blank"), "vda", str(domain.disks[0])))
    assert domain.power == power
    assert layers(driver) == (str(domain.disks[0]),)
    assert now(domain) == history(*range(1, depth + 2))
