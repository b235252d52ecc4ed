"""Plans for chains that end after any of their steps, as when kvmtui is killed there.

Whatever is left, the guest has what it wrote, and every snapshot that is offered brings back
exactly what it was taken of; with a job that is left, after that was ended by its key, too.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kvmtui.model.domain import State
from kvmtui.model.value import replace
from kvmtui.model.world import Ref
from kvmtui.plans import mend
from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.steps import Commit
from kvmtui.plans.subject import Subject, find
from kvmtui.plans.wishes import (
    Cancel,
    Create,
    Delete,
    Finish,
    Mend,
    Merge,
    Move,
    Pull,
    Revert,
    Wish,
)
from tests.host.conftest import NewMachine
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine

pytestmark = pytest.mark.embed

DEPTH = 3
FIRST = {"vda": 0x11, "vdb": 0x22}

Ask = Callable[[Ref, tuple[str, ...]], Wish]
"""A wish for a domain with these layers of vda, active one first."""

WISHES: dict[str, tuple[Ask, int]] = {
    "two disks": (lambda ref, layers: Merge(ref, "vda", layers[2], others=True), 10),
    "inner": (lambda ref, layers: Merge(ref, "vda", layers[3], top=layers[1], others=True), 10),
    "pull": (lambda ref, layers: Pull(ref, "vda", layers[3]), 3),
    "move": (lambda ref, layers: Move(ref, "vda", _beside(layers)), 4),
    "move one": (lambda ref, layers: Move(ref, "vda", _beside(layers), shallow=True), 4),
}
"""The wish, and how many steps its plan has."""

CUTS = {
    "two disks": (7, 8),
    "inner": (3, 7, 9),
    "pull": (2,),
    "move": (2,),
    "move one": (3,),
}
"""After how many steps it ends; the others differ only in how many records are forgotten."""


def _beside(layers: tuple[str, ...]) -> str:
    return str(Path(layers[0]).with_name("moved.qcow2"))


def layers(driver: Driver) -> tuple[str, ...]:
    disk = driver.domain("m").config
    assert disk is not None
    return tuple(layer.source for layer in disk.disks[0].layers)


@pytest.mark.parametrize(("name", "cut"), [(name, n) for name in CUTS for n in CUTS[name]])
async def test_what_is_offered_is_right(
    driver: Driver, new_machine: NewMachine, name: str, cut: int
) -> None:
    machine, ref = await prepared(driver, new_machine)
    ask, steps = WISHES[name]
    plan = await driver.plan(ask(ref, layers(driver)))
    assert isinstance(plan, Plan)
    assert len(plan.steps) == steps
    begun = replace(plan, steps=plan.steps[:cut], lastly=(), afterwards=(), undo=(), chains=())
    outcome = await driver.fleet.perform(begun)
    assert outcome.ok, outcome.says
    await ended(driver, ref, Finish if cut % 2 else Cancel)
    for target in FIRST:
        machine.flush(target)
    holds(machine, DEPTH + 1)
    await mended(driver, ref)
    await spoilt_forgotten(driver, ref)
    await mended(driver, ref)
    assert await goes_back(driver, machine, ref)


async def prepared(driver: Driver, new_machine: NewMachine) -> tuple[Machine, Ref]:
    """Two disks, running, with s1 to s3 and a scribble after each."""
    machine = new_machine(disks=2)
    machine.start()
    ref = await driver.meet("m")
    for number in range(1, DEPTH + 1):
        both(machine, number)
        await driver.carry_out(Create(ref, f"s{number}"))
    both(machine, DEPTH + 1)
    await driver.fleet.fresh(ref)
    return machine, ref


async def spoilt_forgotten(driver: Driver, ref: Ref) -> None:
    """What nobody can go back to any more stands in the way of correcting others."""
    for number in range(1, DEPTH + 1):
        made = await driver.plan(Revert(ref, f"s{number}", safety=False))
        if isinstance(made, Refusal) and made.remedy == "only its record can be forgotten":
            await driver.carry_out(Delete(ref, f"s{number}", metadata_only=True))


async def goes_back(driver: Driver, machine: Machine, ref: Ref) -> int:
    """To every snapshot that is offered; gives how many there were."""
    offered = 0
    for number in range(1, DEPTH + 1):
        wish = Revert(ref, f"s{number}", safety=False)
        if isinstance(await driver.plan(wish), Plan):
            await driver.carry_out(wish)
            holds(machine, number)
            offered += 1
    return offered


def both(machine: Machine, number: int) -> None:
    for target in FIRST:
        scribble(machine, number, target)


def holds(machine: Machine, last: int) -> None:
    for target, first in FIRST.items():
        assert now(machine, target) == history(*range(1, last + 1), first=first)


async def ended(driver: Driver, ref: Ref, how: type[Finish] | type[Cancel]) -> None:
    """Jobs end by themselves, or wait until somebody ends them."""
    await driver.until_domain("m", lambda d: all(job.ready for job in d.jobs), what="no job moves")
    for job in driver.domain("m").jobs:
        await driver.carry_out(how(ref, job.disk))
    await driver.until_domain("m", lambda d: not d.jobs, what="no job is left")


async def mended(driver: Driver, ref: Ref) -> None:
    """As d offers it."""
    await driver.fleet.fresh(ref)
    subject = find(driver.fleet.world, ref)
    assert isinstance(subject, Subject)
    for snapshot in subject.forest.snapshots:
        now = find(driver.fleet.world, ref)
        assert isinstance(now, Subject)
        if mend.refuse(now, now.forest.get(snapshot.name)) is None:
            await driver.carry_out(Mend(ref, snapshot.name))


@pytest.mark.parametrize("job", ["active", "inner", "delete"])
async def test_a_commit_that_nobody_forgets_a_record_for_spoils_no_way_back_untold(
    driver: Driver, new_machine: NewMachine, job: str
) -> None:
    """Killed right after it was begun; then the domain goes off, and the job with it."""
    machine, ref = await prepared(driver, new_machine)
    chain = layers(driver)
    wish: Wish = Merge(ref, "vda", chain[2], top=chain[1] if job == "inner" else "")
    plan = await driver.plan(Delete(ref, "s2", cancellable=True) if job == "delete" else wish)
    assert isinstance(plan, Plan)
    first = next(n for n, step in enumerate(plan.steps) if isinstance(step, Commit))
    begun = replace(plan, steps=plan.steps[: first + 1], lastly=(), afterwards=(), chains=())
    outcome = await driver.fleet.perform(begun)
    assert outcome.ok, outcome.says
    await driver.until_domain("m", lambda d: all(job.ready for job in d.jobs), what="no job moves")
    machine.off()
    await driver.until_domain("m", lambda d: d.state is State.OFF and not d.jobs, what="off")
    holds(machine, DEPTH + 1)
    assert await goes_back(driver, machine, ref)
