"""Others who stand on a layer: wherever they lie, however they spell it, whenever they came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kvmtui.model.world import Ref
from kvmtui.plans.plan import Plan
from kvmtui.plans.wishes import Create, Delete, Merge, Move, Revert, Wish
from tests.host.conftest import Embedded
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.host.layers import layered
from tests.host.machine import Machine
from tests.lab import disk, xml

pytestmark = pytest.mark.embed

Clone = Callable[[Path], Machine]


@pytest.fixture
def clone(embedded: Embedded, tmp_path: Path) -> Iterator[Clone]:
    """Makes a domain that stands on an image, off, with its own one in another folder."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    made = list[Machine]()

    def define(backing: Path) -> Machine:
        image = disk.create(folder / "n.qcow2", backing=backing, mib=24)
        made.append(Machine(embedded.handle.defineXML(xml.blank("n", [image])), "n", (image,)))
        return made[-1]

    yield define
    for machine in made:
        machine.remove()


def wish(how: str, ref: Ref, base: Path) -> Wish:
    """One that changes what the base holds."""
    inner = str(base.with_name("m-vda.s1.qcow2"))
    wishes: dict[str, Wish] = {
        "active": Merge(ref, "vda", str(base)),
        "inner": Merge(ref, "vda", str(base), top=inner),
        "delete": Delete(ref, "s1"),
        "delete by commit": Delete(ref, "s1", cancellable=True),
    }
    return wishes[how]


HOW = pytest.mark.parametrize("how", ["active", "inner", "delete", "delete by commit"])


async def test_a_layer_on_which_a_clone_stands_by_now_is_not_tidied_away(
    driver: Driver, machine: Machine, clone: Clone
) -> None:
    ref = await layered(driver, machine, 1)
    scribble(machine, 2)
    active = machine.sources()["vda"]
    plan = await driver.plan(Move(ref, "vda", str(active.with_name("moved.qcow2")), tidy=True))
    assert isinstance(plan, Plan)
    other = clone(active)
    outcome = await driver.fleet.perform(plan)
    assert outcome.ok
    assert f"{active} is still named by n" in outcome.says
    assert now(other) == now(machine) == history(1, 2)


@HOW
async def test_a_base_on_which_a_clone_stands_by_now_is_not_merged_into(
    driver: Driver, machine: Machine, clone: Clone, how: str
) -> None:
    ref = await layered(driver, machine, 2)
    scribble(machine, 3)
    plan = await driver.plan(wish(how, ref, machine.disks[0]))
    assert isinstance(plan, Plan)
    other = clone(machine.disks[0])
    outcome = await driver.fleet.perform(plan)
    assert not outcome.ok
    assert "m-vda.qcow2 is also used by n" in outcome.says
    assert machine.recorded() == {"s1": None, "s2": "s1"}
    assert now(other) == history(1)
    assert now(machine) == history(1, 2, 3)


@HOW
async def test_a_base_that_a_clone_spells_in_another_way_is_not_merged_into(
    driver: Driver, machine: Machine, clone: Clone, tmp_path: Path, how: str
) -> None:
    ref = await layered(driver, machine, 2)
    scribble(machine, 3)
    (tmp_path / "link").symlink_to(tmp_path)
    other = clone(tmp_path / "link" / machine.disks[0].name)
    await driver.until_domain("n", lambda domain: domain.config)
    outcome = await driver.attempt(wish(how, ref, machine.disks[0]))
    assert "m-vda.qcow2 is also used by n" in outcome.says
    assert now(other) == history(1)
    assert now(machine) == history(1, 2, 3)


async def test_an_image_on_which_a_clone_stands_by_now_is_not_gone_back_inside(
    driver: Driver, machine: Machine, clone: Clone
) -> None:
    ref = await driver.meet("m")
    machine.off()
    scribble(machine, 1)
    await driver.carry_out(Create(ref, "inside", how="internal"))
    scribble(machine, 2)
    plan = await driver.plan(Revert(ref, "inside", safety=False))
    assert isinstance(plan, Plan)
    other = clone(machine.disks[0])
    outcome = await driver.fleet.perform(plan)
    assert "m-vda.qcow2 is also used by n" in outcome.says
    assert now(other) == now(machine) == history(1, 2)
