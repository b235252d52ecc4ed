"""Jobs on the chain of a guest that writes all the while: carried out, and cancelled half way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from kvmtui.host.perform import Outcome
from kvmtui.model.world import Ref
from kvmtui.plans.plan import Plan
from kvmtui.plans.wishes import Cancel, Merge, Move, Pull, Revert, Wish
from tests.host.conftest import Embedded, NewMachine
from tests.host.content import PAGES, history, now, scatter, scribble
from tests.host.driver import Driver, driving
from tests.host.layers import layered
from tests.host.machine import Machine
from tests.lab.disk import PAGE, holds

pytestmark = pytest.mark.embed

DEPTH = 5
SLOW = 2 * 2**20
"""Bytes per second."""

PAUSE = 0.03
"""Seconds between two scribbles."""

MOST = 255
"""The last one, as each has a byte of its own."""

T = TypeVar("T")

Ask = Callable[[Ref, tuple[str, ...]], Wish]
"""A wish for a domain with these layers, active one first."""

JOBS: dict[str, tuple[Ask, tuple[int, ...], int]] = {
    "commit": (lambda ref, layers: Merge(ref, "vda", layers[2]), (0, 1), 3),
    "commit inner": (
        lambda ref, layers: Merge(ref, "vda", layers[5], top=layers[1]),
        (1, 2, 3, 4),
        5,
    ),
    "pull": (lambda ref, layers: Pull(ref, "vda", layers[4]), (1, 2, 3), 5),
    "copy": (
        lambda ref, layers: Move(ref, "vda", str(Path(layers[5]).with_name("new.qcow2"))),
        (0, 1, 2, 3, 4, 5),
        5,
    ),
}
"""The wish, the layers that leave the chain, and a snapshot that is there still."""


def limit(job: str) -> int:
    """A copy takes its time for holes as well."""
    return SLOW * (5 if job == "copy" else 1)


@pytest.fixture
async def busy(driver: Driver, new_machine: NewMachine) -> Machine:
    """A machine with five snapshots and enough in every layer to keep a job going for a while."""
    machine = new_machine()
    await layered(driver, machine, DEPTH)
    for n in range(1, DEPTH + 1):
        layer = machine.disks[0].with_name(f"m-vda.s{n}.qcow2")
        scatter(layer, n, count=24, step=DEPTH * PAGE, start=2**22 + n * PAGE)
    machine.start()
    return machine


async def writing(machine: Machine, until: asyncio.Event) -> int:
    """Gives the number of the last scribble."""
    last = DEPTH
    while not until.is_set():
        if last == MOST:
            await until.wait()
            break
        last += 1
        await asyncio.to_thread(scribble, machine, last)
        await asyncio.sleep(PAUSE)
    return last


async def beside(machine: Machine, work: Awaitable[T]) -> tuple[T, int]:
    """What came of the work, and the last scribble that the guest wrote during it."""
    done = asyncio.Event()
    writer = asyncio.create_task(writing(machine, done))
    try:
        found = await work
    finally:
        done.set()
        last = await writer
    assert last > DEPTH + 1, "it wrote while the job ran"
    return found, last


def layers(driver: Driver) -> tuple[str, ...]:
    config = driver.domain("m").config
    assert config is not None
    return tuple(layer.source for layer in config.disks[0].layers)


def written(machine: Machine) -> tuple[int, ...]:
    """The pages after the last scribble, all of which came one after the other."""
    machine.flush()
    found = now(machine)
    assert found[0] == found[found[0] % PAGES]
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
    for n in range(1, DEPTH + 1):
        assert holds(busy.sources()["vda"], n, offset=2**22 + n * PAGE)
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
