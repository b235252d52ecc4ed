"""Going back inside an image rewrites it: what stands on it anywhere must be known."""

from __future__ import annotations

import pytest

from kvmtui.plans.wishes import Create, Delete, Pull, Revert
from tests.host.conftest import NewMachine
from tests.host.content import history, now, scribble
from tests.host.driver import Driver

pytestmark = pytest.mark.embed


async def test_an_image_further_down_is_not_rewritten_under_a_snapshot(
    driver: Driver, new_machine: NewMachine
) -> None:
    """Not even once the chain has left it, and nobody records what lies between."""
    machine = new_machine()
    ref = await driver.meet("m")
    scribble(machine, 1)
    await driver.carry_out(Create(ref, "inside", how="internal"))
    for number in (2, 3):
        scribble(machine, number)
        await driver.carry_out(Create(ref, f"s{number}"))
    scribble(machine, 4)
    await driver.carry_out(Pull(ref, "vda"))
    await driver.carry_out(Delete(ref, "s2", metadata_only=True))
    assert await driver.refused(Revert(ref, "inside", safety=False)) == "stands on it"
    await driver.carry_out(Revert(ref, "s3"))
    assert now(machine) == history(1, 2, 3)


async def test_an_image_that_is_gone_is_not_gone_back_inside(
    driver: Driver, new_machine: NewMachine
) -> None:
    machine = new_machine()
    ref = await driver.meet("m")
    scribble(machine, 1)
    await driver.carry_out(Create(ref, "s1"))
    await driver.carry_out(Create(ref, "inside", how="internal"))
    image, base = machine.sources()["vda"], machine.disks[0]
    definition = machine.handle.XMLDesc(0).replace(str(image), str(base))
    machine.handle.connect().defineXML(definition)
    image.unlink()
    assert await driver.refused(Revert(ref, "inside", safety=False)) == "layer missing"
