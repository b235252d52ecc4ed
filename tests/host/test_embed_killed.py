"""A QEMU that is killed right after a merge has written down where everything is."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from threading import Event
from typing import Any

import libvirt
import pytest

from kvmtui.model.value import replace
from kvmtui.model.world import Ref
from kvmtui.plans.flushing import MOMENT
from kvmtui.plans.plan import Plan
from kvmtui.plans.wishes import Create, Delete, Merge, Move, Pull, RemoveOrphan
from tests.host.conftest import Embedded
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.host.layers import layered
from tests.host.machine import Machine

pytestmark = pytest.mark.embed


@pytest.fixture
async def three(driver: Driver, machine: Machine) -> Ref:
    """Three snapshots of a running machine, which has written after the last one, too."""
    ref = await layered(driver, machine, 3)
    scribble(machine, 4)
    await driver.fleet.fresh(ref)
    return ref


def shoot(embedded: Embedded, machine: Machine) -> None:
    """As the kernel does when memory runs out."""
    os.kill(embedded.qemu(machine.name), signal.SIGKILL)


async def kill(embedded: Embedded, driver: Driver, machine: Machine) -> None:
    """And libvirt has heard of it."""
    shoot(embedded, machine)
    await driver.until_domain(machine.name, lambda d: not d.state.active)


def layers(driver: Driver) -> tuple[str, ...]:
    config = driver.domain("m").config
    assert config is not None
    return tuple(layer.source for layer in config.disks[0].layers)


@pytest.mark.parametrize("base", [0, 2, 3])
async def test_what_was_pulled_up(
    embedded: Embedded, driver: Driver, machine: Machine, three: Ref, base: int
) -> None:
    """``base`` is the layer to stand on afterwards, 0 for none."""
    plan = await driver.carry_out(Pull(three, "vda", layers(driver)[base] if base else ""))
    assert MOMENT in plan.effects
    assert machine.state == libvirt.VIR_DOMAIN_RUNNING
    await kill(embedded, driver, machine)
    assert now(machine) == history(1, 2, 3, 4)


async def test_what_a_pull_of_somebody_else_left_goes_only_once_it_is_safe(
    embedded: Embedded, driver: Driver, machine: Machine
) -> None:
    ref = await layered(driver, machine, 1)
    scribble(machine, 2)
    base = machine.disks[0]
    machine.handle.blockPull("vda", 0, 0)
    await driver.until_domain("m", lambda d: d.config and len(d.config.disks[0].layers) == 1)
    await driver.until_domain("m", lambda d: not d.jobs)
    await driver.carry_out(Delete(ref, "s1", metadata_only=True))
    await driver.until(lambda host: any(f.path == str(base) for x in host.folders for f in x.files))
    plan = await driver.carry_out(RemoveOrphan(ref, str(base)))
    assert plan.effects[0] == MOMENT
    assert not base.exists()
    await kill(embedded, driver, machine)
    assert now(machine) == history(1, 2)


async def test_what_snapshots_beside_the_chain_go_back_to_goes_only_once_the_disk_is_safe(
    embedded: Embedded, driver: Driver, machine: Machine, three: Ref
) -> None:
    """kvmtui was killed while it waited for the pull."""
    pull = await driver.plan(Pull(three, "vda"))
    assert isinstance(pull, Plan)
    assert (await driver.fleet.perform(replace(pull, afterwards=()))).ok
    await driver.carry_out(Delete(three, "s2"))
    plan = await driver.carry_out(Delete(three, "s3"))
    assert plan.effects[0] == MOMENT
    assert not machine.disks[0].with_name("m-vda.s2.qcow2").exists()
    await kill(embedded, driver, machine)
    assert now(machine) == history(1, 2, 3, 4)


async def test_a_guest_that_is_paused_stays_so_and_the_danger_is_told(
    driver: Driver, machine: Machine, three: Ref
) -> None:
    machine.handle.suspend()
    await driver.until_domain("m", lambda d: d.state.value == "paused")
    plan = await driver.carry_out(Pull(three, "vda"))
    assert "a QEMU that is killed before its guest goes on" in str(plan.warnings)
    assert machine.state == libvirt.VIR_DOMAIN_PAUSED


async def test_a_guest_that_somebody_pauses_meanwhile_stays_so(
    driver: Driver, machine: Machine, three: Ref
) -> None:
    plan = await driver.plan(Pull(three, "vda"))
    assert isinstance(plan, Plan)
    machine.handle.suspend()
    outcome = await driver.fleet.perform(plan)
    assert outcome.ok
    assert "could not have QEMU write down" in outcome.says
    assert machine.state == libvirt.VIR_DOMAIN_PAUSED


async def test_who_quits_in_that_moment_waits_for_the_guest_to_go_on(
    driver: Driver, machine: Machine, three: Ref, monkeypatch: pytest.MonkeyPatch
) -> None:
    resume, stands = libvirt.virDomain.resume, Event()

    def late(domain: Any) -> None:
        stands.set()
        time.sleep(0.5)
        resume(domain)

    monkeypatch.setattr(libvirt.virDomain, "resume", late)
    plan = await driver.plan(Pull(three, "vda"))
    assert isinstance(plan, Plan)
    pulling = asyncio.create_task(driver.fleet.perform(plan))
    await driver.until(lambda _: stands.is_set())
    assert machine.state == libvirt.VIR_DOMAIN_PAUSED
    assert await driver.fleet.give_back() == ()
    assert machine.state == libvirt.VIR_DOMAIN_RUNNING
    assert (await pulling).ok


@pytest.mark.parametrize(("top", "base"), [(0, 3), (0, 1), (1, 3), (2, 3)])
async def test_what_was_committed(
    embedded: Embedded, driver: Driver, machine: Machine, three: Ref, top: int, base: int
) -> None:
    found = layers(driver)
    await driver.carry_out(Merge(three, "vda", found[base], top=found[top]))
    await kill(embedded, driver, machine)
    assert now(machine) == history(1, 2, 3, 4)


@pytest.mark.parametrize("shallow", [True, False])
async def test_what_was_copied(
    embedded: Embedded, driver: Driver, machine: Machine, three: Ref, shallow: bool
) -> None:
    new = machine.disks[0].with_name("new.qcow2")
    await driver.carry_out(Move(three, "vda", str(new), shallow=shallow, tidy=True))
    await kill(embedded, driver, machine)
    assert now(machine) == history(1, 2, 3, 4)


@pytest.mark.parametrize("name", ["s1", "s2", "s3"])
async def test_what_libvirt_merged_for_a_delete(
    embedded: Embedded, driver: Driver, machine: Machine, three: Ref, name: str
) -> None:
    await driver.carry_out(Delete(three, name))
    await kill(embedded, driver, machine)
    assert now(machine) == history(1, 2, 3, 4)


async def test_what_an_overlay_took_over(
    embedded: Embedded, driver: Driver, machine: Machine
) -> None:
    """The image below is never written to again: what QEMU still holds of it must go there."""
    ref = await layered(driver, machine, 2)
    scribble(machine, 3)
    pull = await driver.plan(Pull(ref, "vda"))
    assert isinstance(pull, Plan)
    assert (await driver.fleet.perform(replace(pull, afterwards=()))).ok
    await driver.carry_out(Create(ref, "s3"))
    await kill(embedded, driver, machine)
    assert now(machine) == history(1, 2, 3)
