"""What is inside an overlay, while nothing records any more what that stands on."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.model.world import Ref
from kvmtui.plans.plan import Refusal
from kvmtui.plans.wishes import Create, Delete, Merge, Revert, Wish
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine

pytestmark = pytest.mark.embed


async def grown(driver: Driver, machine: Machine, *, again: bool = False) -> tuple[Ref, Path]:
    """i1 inside the overlay of s0; i2 inside an overlay on that, whose snapshot was forgotten.

    ``again``: the domain is on another overlay beside that, and not where i2 is.
    """
    ref = await driver.meet("m")
    for number, wish in enumerate(
        (Create(ref, "s0"), Create(ref, "i1", how="internal"), Create(ref, "s1")), start=1
    ):
        scribble(machine, number)
        await driver.carry_out(wish)
    await driver.carry_out(Revert(ref, "s1", safety=False))
    scribble(machine, 4)
    await driver.carry_out(Create(ref, "i2", how="internal"))
    image = machine.chain()[0]
    if again:
        await driver.carry_out(Revert(ref, "s1", safety=False))
        scribble(machine, 5)
    await driver.carry_out(Delete(ref, "s1", metadata_only=True))
    return ref, machine.disks[0].with_name(image)


def kept(image: Path) -> bool:
    """Whether i2 holds what it held."""
    return pages(image, "i2") == history(1, 2, 3, 4)


async def refused(driver: Driver, wish: Wish) -> Refusal:
    made = await driver.plan(wish)
    assert isinstance(made, Refusal), made
    return made


async def test_it_is_not_spoilt_by_a_revert_inside_the_image_below(
    driver: Driver, machine: Machine
) -> None:
    ref, image = await grown(driver, machine)
    await driver.carry_out(Revert(ref, "s0", safety=False))
    refusal = await refused(driver, Revert(ref, "i1", safety=False))
    assert (refusal.rule, refusal.by) == ("stands on it", "i2")
    assert kept(image)
    machine.off()
    await driver.meet("m")
    await driver.carry_out(Delete(ref, "i2"))
    await driver.carry_out(Revert(ref, "i1", safety=False))
    assert now(machine) == history(1, 2)


@pytest.mark.parametrize("running", [True, False])
async def test_it_is_not_spoilt_by_a_merge_into_the_image_below(
    driver: Driver, machine: Machine, running: bool
) -> None:
    ref, image = await grown(driver, machine, again=True)
    if not running:
        machine.off()
        await driver.meet("m")
    below = str(machine.disks[0].with_name(machine.chain()[1]))
    assert (await refused(driver, Merge(ref, "vda", below))).rule == "branch"
    assert kept(image)
    await driver.carry_out(Revert(ref, "i2", safety=False))
    assert now(machine) == history(1, 2, 3, 4)
