"""Deleting: what daemons die of, and records that they rewrite."""

from __future__ import annotations

import pytest

from kvmtui.plans.wishes import Delete
from tests.host.content import history, now
from tests.lab import trees
from tests.lab.traps import known
from tests.lab.traps.bare import bites, dies, seen
from tests.lab.traps.conftest import Plant
from tests.lab.traps.refused import goes_round, helped, refused
from tests.lab.trees import Tree

pytestmark = pytest.mark.lab


async def test_above_another_branch(plant: Plant) -> None:
    """Its images stand on what is merged, and no record of it tells so."""
    tree = await plant(trees.gone_back_off)
    ref, trap = tree.driver.ref("blank"), known.BRANCH
    if tree.driver.host.facts.libvirt < trap.libvirts.stop:
        refusal = await refused(tree, Delete(ref, "s1"), trap)
        await helped(tree, refusal, "delete “s3” too")
        del tree.held["s3"]
    else:
        await tree.driver.carry_out(Delete(ref, "s1"))
    del tree.held["s1"]
    tree.check()
    if bites(tree, trap):
        tree.done = tree.done[:2]
        for name in ("s5", "s6"):
            await tree.virsh("snapshot-create-as", "blank", name, "--disk-only")
        await tree.virsh("snapshot-revert", "blank", "s5")
        await dies(tree, "snapshot-delete", "blank", "s2")


async def detach(tree: Tree) -> None:
    await tree.virsh("detach-disk", "blank", "vdb", "--config")


async def inside(tree: Tree) -> None:
    """i1 inside two images, with one of which the domain runs."""
    await tree.take("i1", "internal")
    await detach(tree)
    tree.domain.start()
    tree.scribble(9)


async def test_inside_an_image_that_was_detached(plant: Plant) -> None:
    tree = await plant(inside, disks=2)
    ref, trap = tree.driver.ref("blank"), known.DETACHED
    refusal = await refused(tree, Delete(ref, "i1"), trap)
    await helped(tree, refusal, "with the domain off meanwhile")
    del tree.held["i1"]
    reason = (await tree.virsh("domstate", "blank", "--reason")).strip()
    assert reason == "running (restored)", "it goes on where it was"
    tree.check()
    assert "i1" not in (await tree.virsh("snapshot-list", "blank", "--name")).split()
    if bites(tree, trap):
        tree.domain.destroy()
        second = str(tree.domain.disks[1])
        await tree.virsh("attach-disk", "blank", second, "vdb", "--subdriver", "qcow2", "--config")
        await tree.virsh("snapshot-create-as", "blank", "i2")
        await detach(tree)
        tree.domain.start()
        await dies(tree, "snapshot-delete", "blank", "i2")


async def test_the_records_below_a_forgotten_one(plant: Plant) -> None:
    tree = await plant(trees.off)
    ref, trap = tree.driver.ref("blank"), known.RECORDS
    plan = await tree.driver.carry_out(Delete(ref, "s1", metadata_only=True))
    assert goes_round(plan, trap) == bites(tree, trap)
    del tree.held["s1"]
    tree.check()
    if bites(tree, trap):
        await tree.virsh("snapshot-delete", "blank", "s2", "--metadata")
        await seen(tree)
        assert tree.spoilt() == ["s3"]


async def branched(tree: Tree) -> None:
    """s1 - s2 - s4 - s5 - here, and s3 beside it below s2."""
    await trees.forked(tree)
    await tree.take("s5")


async def test_several_branches_at_once(plant: Plant) -> None:
    tree = await plant(branched)
    ref, trap = tree.driver.ref("blank"), known.BRANCHES
    below = Delete(ref, "s2", children=True, metadata_only=True, itself=False)
    plan = await tree.driver.carry_out(below)
    assert goes_round(plan, trap) == bites(tree, trap)
    for name in ("s3", "s4", "s5"):
        del tree.held[name]
    tree.check()
    assert (await tree.virsh("snapshot-list", "blank", "--name")).split() == ["s1", "s2"]
    if bites(tree, trap):
        for name in ("s6", "s7", "s8"):
            await tree.virsh("snapshot-create-as", "blank", name, "--disk-only")
            if name == "s6":
                await tree.virsh("snapshot-current", "blank", "s2")
        await dies(tree, "snapshot-delete", "blank", "s2", "--children-only", "--metadata")


async def test_an_overlay_beside_a_state_inside_its_image(plant: Plant) -> None:
    """Only 10.x removes the image itself; here the others are seen to keep it by kvmtui's way."""
    tree = await plant(_off, trees.beside_internal)
    ref, trap = tree.driver.ref("blank"), known.MIXED
    plan = await tree.driver.carry_out(Delete(ref, "s1"))
    assert goes_round(plan, trap) == bites(tree, trap)
    assert tree.domain.sources()["vda"] == tree.domain.disks[0]
    assert now(tree.domain) == history(1)
    tree.check()
    assert not [p for p in tree.domain.disks[0].parent.iterdir() if ".s1" in p.name], "no orphan"


async def _off(tree: Tree) -> None:
    assert tree.domain.state == "shut off"
