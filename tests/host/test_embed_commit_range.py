"""Commits of any range of real chains: every byte that is to be there, is there afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.model.value import replace
from kvmtui.plans.plan import Plan
from kvmtui.plans.wishes import Create, Merge, Revert
from tests.host.conftest import NewMachine
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.host.layers import layered
from tests.host.machine import Machine

pytestmark = pytest.mark.embed


def layers(driver: Driver) -> tuple[str, ...]:
    """The chain of vda, as kvmtui knows it."""
    config = driver.domain("m").config
    assert config is not None
    return tuple(layer.source for layer in config.disks[0].layers)


RUNNING, OFF = True, False


@pytest.mark.parametrize(
    ("running", "depth", "top", "base"),
    [
        (OFF, 1, 0, 1),
        (RUNNING, 2, 1, 2),
        (OFF, 2, 1, 2),
        (RUNNING, 5, 1, 2),
        (OFF, 5, 3, 5),
        (RUNNING, 5, 1, 4),
        (OFF, 20, 5, 18),
        (RUNNING, 20, 0, 20),
    ],
)
async def test_what_is_merged_can_be_read_in_the_base(
    driver: Driver, new_machine: NewMachine, running: bool, depth: int, top: int, base: int
) -> None:
    """The layer at ``top`` and all down to the one before ``base`` go into that."""
    machine = new_machine()
    if running:
        machine.start()
    ref = await layered(driver, machine, depth)
    scribble(machine, depth + 1)
    await driver.fleet.fresh(ref)
    before = layers(driver)
    assert len(before) == depth + 1
    held = {source: history(*range(1, depth + 2 - n)) for n, source in enumerate(before)}
    merged = before[top:base]
    await driver.carry_out(Merge(ref, "vda", before[base], top=before[top]))
    assert machine.running is running
    left = tuple(source for source in before if source not in merged)
    assert layers(driver) == left
    assert machine.chain() == tuple(Path(source).name for source in left)
    assert now(machine) == held[before[0]]
    held[before[base]] = held[before[top]]
    for source in left:
        if not (running and source == left[0]):
            assert pages(Path(source)) == held[source]
    kept = [name for name in machine.recorded()]
    names = [f"s{depth + 1 - n}" for n in range(1, depth + 1)]
    gone = names[top:base]
    assert sorted(kept) == sorted(set(names) - set(gone))
    for number in (int(name[1:]) for name in sorted(kept, key=lambda n: int(n[1:]))[-2:]):
        await driver.carry_out(Revert(ref, f"s{number}", safety=False))
        assert now(machine) == history(*range(1, number + 1))


async def test_two_disks_go_down_to_the_same_snapshot(
    driver: Driver, new_machine: NewMachine
) -> None:
    machine = new_machine(disks=2)
    ref = await driver.meet("m")
    for number in (1, 2, 3):
        for target in ("vda", "vdb"):
            scribble(machine, number, target)
        await driver.carry_out(Create(ref, f"s{number}"))
    for target in ("vda", "vdb"):
        scribble(machine, 4, target)
    await driver.fleet.fresh(ref)
    before = layers(driver)
    wish = Merge(ref, "vda", before[3], top=before[1], others=True)
    plan = await driver.carry_out(wish)
    assert plan.losses == ("the way back to “s2”", "the way back to “s1”")
    for target, first in (("vda", 0x11), ("vdb", 0x22)):
        assert len(machine.chain(target)) == 2
        assert now(machine, target) == history(1, 2, 3, 4, first=first)
    await driver.carry_out(Revert(ref, "s3", safety=False))
    for target, first in (("vda", 0x11), ("vdb", 0x22)):
        assert now(machine, target) == history(1, 2, 3, first=first)


async def test_files_that_are_kept_hold_what_they_held(driver: Driver, machine: Machine) -> None:
    ref = await layered(driver, machine, 3)
    scribble(machine, 4)
    await driver.fleet.fresh(ref)
    before = layers(driver)
    await driver.carry_out(Merge(ref, "vda", before[3], top=before[1], keep=True))
    assert layers(driver) == (before[0], before[3])
    assert now(machine) == history(1, 2, 3, 4)
    names = {path.name for path in machine.disks[0].parent.glob("m-vda.s?.qcow2")}
    assert names >= {Path(source).name for source in before[1:3]}


async def test_another_chain_than_that_of_the_plan_is_no_success(
    driver: Driver, machine: Machine
) -> None:
    ref = await layered(driver, machine, 2)
    await driver.fleet.fresh(ref)
    before = layers(driver)
    plan = await driver.plan(Merge(ref, "vda", before[2], top=before[1]))
    assert isinstance(plan, Plan)
    wrong = replace(plan, chains=(("vda", before),), lastly=())
    outcome = await driver.fleet.perform(wrong)
    assert not outcome.ok
    assert "vda is m-vda.s2.qcow2 on m-vda.qcow2, not m-vda.s2.qcow2 on m-vda.s1" in outcome.says
