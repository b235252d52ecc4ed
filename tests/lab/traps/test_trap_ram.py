"""Saved RAM that waits, and a revert past it."""

from __future__ import annotations

import pytest

from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Revert, Switch
from tests.host.content import history, now
from tests.lab.traps import known
from tests.lab.traps.bare import bites, fails
from tests.lab.traps.conftest import Plant
from tests.lab.traps.refused import helped, refused
from tests.lab.trees import Tree

pytestmark = pytest.mark.lab


async def inside(tree: Tree) -> None:
    """i1 inside the image, taken while off, and other content since."""
    await tree.take("i1", "internal")
    tree.scribble(2)


async def asleep(tree: Tree) -> None:
    """Its RAM waits for the next start."""
    tree.domain.start()
    await tree.driver.carry_out(Switch(tree.driver.ref("blank"), Verb.SAVE))


async def woken(tree: Tree) -> str:
    """How the domain came up."""
    tree.domain.start()
    return (await tree.virsh("domstate", "blank", "--reason")).strip()


async def test_old_ram_does_not_wake_on_other_disks(plant: Plant) -> None:
    tree = await plant(inside, asleep)
    ref, trap = tree.driver.ref("blank"), known.SAVED_RAM
    refusal = await refused(tree, Revert(ref, "i1", safety=False), trap)
    assert tree.domain.handle.hasManagedSaveImage()
    await helped(tree, refusal, "go back, and give the saved RAM up")
    assert now(tree.domain) == history(1)
    assert await woken(tree) == "running (booted)"
    assert now(tree.domain) == history(1)
    tree.domain.destroy()
    await asleep(tree)
    if bites(tree, trap):
        await fails(tree, "snapshot-revert", "blank", "i1")
        await tree.virsh("snapshot-revert", "blank", "i1", "--force")
        assert await woken(tree) == "running (restored)", "the RAM of another state"


async def test_saved_ram_can_wake_first_and_be_kept(plant: Plant) -> None:
    tree = await plant(inside, asleep)
    wish = Revert(tree.driver.ref("blank"), "i1")
    refusal = await refused(tree, wish, known.SAVED_RAM)
    await helped(tree, refusal, "start it first, with its saved RAM")
    assert (await tree.virsh("domstate", "blank", "--reason")).strip() == "running (restored)"
    assert now(tree.domain) == history(1, 2)
    await tree.driver.carry_out(wish)
    assert now(tree.domain) == history(1)
    tree.held["before-revert"] = history(1, 2)
    assert tree.spoilt() == []
