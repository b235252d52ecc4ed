"""Names of snapshots on real images: any that is allowed works, none is given twice."""

from __future__ import annotations

import pytest

from kvmtui.plans.plan import Refusal
from kvmtui.plans.wishes import Create, Delete, Revert
from tests.host.conftest import NewMachine
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine
from tests.worlds import HOSTILE

pytestmark = pytest.mark.embed

CONTROLS = {"escape", "newline", "delete", "csi", "separators"}
REFUSED_NAMES = {"style", "closing tag", "long", "wide", *CONTROLS}
"""A slash, control characters, or too long: no plan."""


@pytest.mark.parametrize("power", ["running", "off"])
async def test_a_name_that_an_image_still_holds_is_not_given_again(
    driver: Driver, new_machine: NewMachine, power: str
) -> None:
    machine = new_machine()
    if power == "running":
        machine.start()
    ref = await driver.meet("m")
    scribble(machine, 1)
    for name in ("i1", "before-revert"):
        await driver.carry_out(Create(ref, name, how="internal"))
    await driver.carry_out(Delete(ref, "before-revert", metadata_only=True))
    scribble(machine, 2)
    made = await driver.plan(Create(ref, "before-revert", how="internal"))
    assert isinstance(made, Refusal)
    assert made.rule.startswith("name ")
    await driver.carry_out(Revert(ref, "i1"))
    saved = next(iter(machine.recorded().keys() - {"i1"}))
    await driver.carry_out(Revert(ref, saved, safety=False))
    assert now(machine) == history(1, 2)


async def test_every_name_that_is_allowed_works_from_end_to_end(
    driver: Driver, machine: Machine
) -> None:
    ref = await driver.meet("m")
    allowed = {key: name for key, name in HOSTILE.items() if key not in REFUSED_NAMES}
    for key, name in HOSTILE.items():
        if key in REFUSED_NAMES:
            assert (await driver.refused(Create(ref, name))).startswith("name "), key
    for name in allowed.values():
        await driver.carry_out(Create(ref, name, name))
        assert machine.current() == name
        await driver.carry_out(Delete(ref, name))
    assert machine.recorded() == {}
    assert machine.chain() == ("m-vda.qcow2",)
