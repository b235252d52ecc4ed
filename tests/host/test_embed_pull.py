"""Pulling on real chains: the guest's disk stays the same, and so does every snapshot."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from kvmtui.host.virt import sizes
from kvmtui.model.domain import State
from kvmtui.plans.wishes import Cancel, Create, Delete, Pull, Revert
from tests.host.conftest import Embedded, NewMachine
from tests.host.content import history, now, scatter, scribble
from tests.host.driver import Driver, driving
from tests.host.layers import layered
from tests.host.machine import Machine

pytestmark = pytest.mark.embed

RUNNING, OFF = True, False
SLOW = 2**20
"""Bytes per second."""


def layers(driver: Driver) -> tuple[str, ...]:
    """The chain of vda, as kvmtui knows it."""
    config = driver.domain("m").config
    assert config is not None
    return tuple(layer.source for layer in config.disks[0].layers)


@pytest.mark.parametrize(
    ("running", "depth", "base"),
    [(RUNNING, 1, 0), (OFF, 1, 0), (RUNNING, 2, 2), (OFF, 5, 3), (RUNNING, 5, 0), (OFF, 20, 0)],
)
async def test_every_snapshot_can_still_be_gone_back_to(
    driver: Driver, new_machine: NewMachine, running: bool, depth: int, base: int
) -> None:
    """``base`` is the layer to stand on afterwards, 0 for none."""
    machine = new_machine()
    if running:
        machine.start()
    ref = await layered(driver, machine, depth)
    scribble(machine, depth + 1)
    await driver.fleet.fresh(ref)
    before = layers(driver)
    plan = await driver.carry_out(Pull(ref, "vda", before[base] if base else ""))
    assert plan.losses == ()
    assert machine.running is running
    assert layers(driver) == (before[0], *(before[base:] if base else ()))
    assert machine.chain() == tuple(Path(layer).name for layer in layers(driver))
    if running:
        machine.flush()
    assert now(machine) == history(*range(1, depth + 2))
    scribble(machine, depth + 2)
    for number in dict.fromkeys((depth, (depth + 1) // 2, 1)):
        await driver.carry_out(Revert(ref, f"s{number}", safety=number == depth))
        assert now(machine) == history(*range(1, number + 1))
    safety = next(name for name in machine.recorded() if name.startswith("before-revert"))
    await driver.carry_out(Revert(ref, safety, safety=False))
    assert now(machine) == history(*range(1, depth + 3))


async def test_snapshots_can_be_taken_and_deleted_afterwards(
    driver: Driver, machine: Machine
) -> None:
    ref = await layered(driver, machine, 3)
    scribble(machine, 4)
    await driver.fleet.fresh(ref)
    before = layers(driver)
    await driver.carry_out(Pull(ref, "vda"))
    await driver.carry_out(Create(ref, "s4"))
    scribble(machine, 5)
    plan = await driver.carry_out(Delete(ref, "s2"))
    assert "started paused" not in str(plan.effects)
    assert Path(before[2]).name in {path.name for path in machine.disks[0].parent.iterdir()}, (
        "s3 stands on it"
    )
    await driver.carry_out(Delete(ref, "s3"))
    left = {path.name for path in machine.disks[0].parent.glob("*.qcow2")}
    assert Path(before[1]).name not in left
    for name, content in (("s1", history(1)), ("s4", history(1, 2, 3, 4))):
        await driver.carry_out(Revert(ref, name, safety=False))
        assert now(machine) == content


async def test_a_file_that_was_written_to_is_not_gone_back_to(
    driver: Driver, machine: Machine
) -> None:
    """By whomever, whatever it was: the note says that it was not."""
    ref = await layered(driver, machine, 2)
    await driver.fleet.fresh(ref)
    before = layers(driver)
    await driver.carry_out(Pull(ref, "vda"))
    scatter(Path(before[1]), 0x55, count=1)
    assert await driver.refused(Revert(ref, "s2", safety=False)) == "stale"
    await driver.carry_out(Revert(ref, "s1", safety=False))
    assert now(machine) == history(1)


async def test_somebody_elses_pull_leaves_no_note(driver: Driver, machine: Machine) -> None:
    ref = await layered(driver, machine, 2)
    scribble(machine, 3)
    machine.handle.blockPull("vda", 0, 0)
    await driver.until_domain(
        "m", lambda d: d.config and len(d.config.disks[0].layers) == 1, what="pulled"
    )
    assert await driver.refused(Revert(ref, "s1", safety=False)) == "stale"
    machine.flush()
    assert now(machine) == history(1, 2, 3)


async def test_a_pull_that_is_cancelled_loses_nothing(
    embedded: Embedded, new_machine: NewMachine, driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """QEMU 7.2 crashes when it is asked about its images while a pull ends."""
    asked: list[bool] = []
    ask = sizes._running

    def running(handle: Any, domain: Any) -> sizes.Sizes:
        asked.append(bool(domain.blockJobInfo("vda", 0)))
        return ask(handle, domain)

    monkeypatch.setattr(sizes, "_running", running)
    machine = new_machine()
    ref = await layered(driver, machine, 2)
    scatter(machine.sources()["vda"], 0x77)
    await driver.carry_out(Create(ref, "s3"))
    machine.start()
    before = (machine.chain(), now(machine))
    async with driving(embedded, driver.fleet.journal.path.parent, bandwidth=SLOW) as slow:
        await slow.meet("m")
        pulling = asyncio.create_task(slow.attempt(Pull(ref, "vda")))
        await slow.until_domain("m", lambda d: d.jobs and d.jobs[0].fraction > 0.1, what="going")
        cancelled = await slow.attempt(Cancel(ref, "vda"))
        pulled = await pulling
    assert asked
    assert not any(asked)
    assert cancelled.ok, cancelled.says
    assert not pulled.ok
    await driver.until_domain("m", lambda d: d.state is State.RUNNING and not d.jobs)
    assert (machine.chain(), now(machine)) == before
    for name, content in (("s2", history(1, 2)), ("s1", history(1))):
        await driver.carry_out(Revert(ref, name, safety=False))
        assert now(machine) == content


@pytest.mark.parametrize(("inside", "children"), [("i1", False), ("i2", True)])
async def test_what_lies_inside_their_images_can_go(
    driver: Driver, new_machine: NewMachine, inside: str, children: bool
) -> None:
    """They only get another time by that, which is noted."""
    machine = new_machine()
    ref = await driver.meet("m")
    for number in (1, 2, 3):
        scribble(machine, number)
        await driver.carry_out(Create(ref, f"i{number}", how="internal"))
    await driver.carry_out(Revert(ref, "i1", safety=False))
    scribble(machine, 4)
    await driver.carry_out(Create(ref, "s4"))
    scribble(machine, 5)
    await driver.fleet.fresh(ref)
    await driver.carry_out(Pull(ref, "vda"))
    await driver.fleet.fresh(ref)
    plan = await driver.carry_out(Delete(ref, inside, children=children))
    assert not any("s4" in loss for loss in plan.losses)
    await driver.carry_out(Revert(ref, "s4", safety=False))
    assert now(machine) == history(1, 4)
