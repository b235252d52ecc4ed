"""Jobs on the chain of a guest that writes all the while: carried out, and cancelled half way."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kvmtui.host.perform import Outcome
from kvmtui.plans.plan import Plan
from kvmtui.plans.wishes import Cancel, Move, Revert
from tests.host.beside import DEPTH, JOBS, beside, fill, is_filled, is_whole, limit
from tests.host.conftest import Embedded, NewMachine
from tests.host.content import history, now
from tests.host.driver import Driver, driving
from tests.host.layers import layered
from tests.host.machine import Machine

pytestmark = pytest.mark.embed


@pytest.fixture
async def busy(driver: Driver, new_machine: NewMachine) -> Machine:
    """A machine with five snapshots and enough in every layer to keep a job going for a while."""
    machine = new_machine()
    await layered(driver, machine, DEPTH)
    fill(machine.disks[0])
    machine.start()
    return machine


def layers(driver: Driver) -> tuple[str, ...]:
    config = driver.domain("m").config
    assert config is not None
    return tuple(layer.source for layer in config.disks[0].layers)


def written(machine: Machine) -> tuple[int, ...]:
    """The pages after the last scribble, all of which came one after the other."""
    machine.flush()
    found = now(machine)
    assert is_whole(found)
    return found


@pytest.mark.parametrize("job", JOBS)
async def test_what_the_guest_writes_meanwhile_is_there(
    driver: Driver, embedded: Embedded, busy: Machine, job: str
) -> None:
    ask, gone, kept = JOBS[job]
    async with driving(embedded, driver.fleet.journal.path.parent, bandwidth=limit(job)) as slow:
        ref = await slow.meet("m")
        before = layers(slow)
        wish = ask(ref, before)
        outcome, last = await beside(busy, slow.attempt(wish))
    assert outcome.ok, outcome.says
    left = tuple(layer for n, layer in enumerate(before) if n not in gone)
    if isinstance(wish, Move):
        left = (wish.file, *left)
    assert busy.chain() == tuple(Path(layer).name for layer in left)
    assert written(busy) == history(*range(1, last + 1))
    assert is_filled(busy.sources()["vda"])
    await driver.carry_out(Revert(driver.ref("m"), f"s{kept}", safety=False))
    assert now(busy) == history(*range(1, kept + 1))


@pytest.mark.parametrize("job", JOBS)
async def test_cancelled_half_way_the_guest_goes_on_with_all_that_it_wrote(
    driver: Driver, embedded: Embedded, busy: Machine, job: str
) -> None:
    """Every snapshot that is offered still brings back what it was taken of."""
    ask, _, kept = JOBS[job]
    before = busy.chain()
    async with driving(embedded, driver.fleet.journal.path.parent, bandwidth=limit(job)) as slow:
        ref = await slow.meet("m")

        async def cancelled() -> tuple[Outcome, Outcome]:
            working = asyncio.create_task(slow.attempt(ask(ref, layers(slow))))
            await slow.until_domain("m", lambda d: d.jobs and d.jobs[0].fraction > 0.2)
            return await slow.attempt(Cancel(ref, "vda")), await working

        (cancel, outcome), last = await beside(busy, cancelled())
    assert cancel.ok, cancel.says
    assert not outcome.ok
    assert busy.chain() == before
    assert written(busy) == history(*range(1, last + 1))
    offered = set()
    for name in sorted(busy.recorded()):
        if isinstance(await driver.plan(Revert(driver.ref("m"), name, safety=False)), Plan):
            await driver.carry_out(Revert(driver.ref("m"), name, safety=False))
            assert now(busy) == history(*range(1, int(name[1:]) + 1))
            offered.add(name)
    assert f"s{kept}" in offered
