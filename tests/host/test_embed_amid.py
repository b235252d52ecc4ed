"""Somebody else takes a snapshot between a step and the look at what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libvirt
import pytest

from kvmtui.host.virt import Connection
from kvmtui.plans.steps import CreateSnapshot, StartOver
from kvmtui.plans.wishes import Create, Revert
from tests.host.conftest import NewMachine
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.host.layers import layered
from tests.host.machine import Machine

pytestmark = pytest.mark.embed

FOREIGN = "<domainsnapshot><name>foreign</name></domainsnapshot>"


@pytest.fixture
def after(monkeypatch: pytest.MonkeyPatch) -> Callable[[type, Machine], None]:
    """Has the snapshot “foreign” taken as soon as a step of that kind is done."""

    def strike(kind: type, machine: Machine) -> None:
        perform = Connection.perform

        def performed(connection: Connection, uuid: str, step: Any) -> None:
            perform(connection, uuid, step)
            if isinstance(step, kind) and "foreign" not in machine.recorded():
                disk_only = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY
                machine.handle.snapshotCreateXML(FOREIGN, disk_only)

        monkeypatch.setattr(Connection, "perform", performed)

    return strike


@pytest.mark.parametrize("running", [True, False], ids=["running", "off"])
async def test_a_revert_is_recorded_all_the_same_and_every_way_back_stays(
    driver: Driver, new_machine: NewMachine, after: Callable[[type, Machine], None], running: bool
) -> None:
    machine = new_machine()
    if running:
        machine.start()
    ref = await layered(driver, machine, 2)
    scribble(machine, 3)
    after(StartOver, machine)
    await driver.carry_out(Revert(ref, "s1"))
    assert "foreign" in machine.recorded()
    assert now(machine) == history(1)
    scribble(machine, 9)
    contents = {"s1": (1,), "s2": (1, 2), "before-revert": (1, 2, 3), "foreign": (1,)}
    for name, numbers in (*contents.items(), *reversed(contents.items())):
        await driver.carry_out(Revert(ref, name, safety=False))
        assert now(machine) == history(*numbers), name


async def test_a_snapshot_is_taken_all_the_same(
    driver: Driver, machine: Machine, after: Callable[[type, Machine], None]
) -> None:
    ref = await driver.meet("m")
    scribble(machine, 1)
    after(CreateSnapshot, machine)
    await driver.carry_out(Create(ref, "s1"))
    assert machine.recorded() == {"s1": None, "foreign": "s1"}
    scribble(machine, 2)
    await driver.carry_out(Revert(ref, "s1", safety=False))
    assert now(machine) == history(1)


async def test_no_ram_goes_on_below_what_somebody_has_taken(
    driver: Driver, machine: Machine, after: Callable[[type, Machine], None]
) -> None:
    ref = await driver.meet("m")
    scribble(machine, 1)
    await driver.carry_out(Create(ref, "s1", how="ram"))
    scribble(machine, 2)
    after(StartOver, machine)
    outcome = await driver.attempt(Revert(ref, "s1", safety=False))
    assert "the RAM does not fit them" in outcome.says
    assert not machine.running
    assert machine.sources()["vda"].name == "m-vda.s1-r.foreign"
    scribble(machine, 9)
    for name in ("foreign", "s1"):
        await driver.carry_out(Revert(ref, name, safety=False, ram=False))
        assert now(machine) == history(1), name
