"""Reverting: what libvirt's own revert removes, overlays or dies of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kvmtui.plans.wishes import Delete, Revert
from tests.host.content import history, now, scribble
from tests.lab import trees
from tests.lab.traps import known
from tests.lab.traps.bare import bites, dies, seen
from tests.lab.traps.conftest import Plant
from tests.lab.traps.refused import goes_round, refused
from tests.lab.trees import Tree

pytestmark = pytest.mark.lab


async def test_to_and_fro_between_branches_every_snapshot_stays(plant: Plant) -> None:
    tree = await plant(trees.off)
    ref, trap = tree.driver.ref("blank"), known.UNLINKS
    for name in ("s2", "s1"):
        plan = await tree.driver.carry_out(Revert(ref, name, safety=False))
        assert goes_round(plan, trap) == bites(tree, trap)
        tree.done = tuple(range(1, [*tree.held].index(name) + 2))
        tree.check()
        if name == "s2":
            await tree.take("s4")
            await tree.driver.carry_out(Delete(ref, "s4"))
            del tree.held["s4"]
            tree.check()
    if bites(tree, trap):
        for name in ("t1", "t2", "t3"):
            await tree.take(name)
        await tree.virsh("snapshot-revert", "blank", "t2")
        await tree.virsh("snapshot-create-as", "blank", "t4", "--disk-only")
        await tree.virsh("snapshot-delete", "blank", "t4")
        await tree.virsh("snapshot-revert", "blank", "t1")
        await seen(tree)
        assert tree.spoilt() == ["t3"]


async def test_no_snapshot_is_current(plant: Plant) -> None:
    tree = await plant()
    ref, trap = tree.driver.ref("blank"), known.NO_CURRENT
    await tree.take("s1")
    tree.scribble(2)
    await _nowhere(tree, "s1")
    plan = await tree.driver.carry_out(Revert(ref, "s1"))
    assert goes_round(plan, trap) == bites(tree, trap)
    tree.done, tree.held["before-revert"] = (1,), history(1, 2)
    tree.check()
    assert await tree.virsh("snapshot-current", "blank", "--name") == "s1"
    if bites(tree, trap):
        await tree.driver.carry_out(Delete(ref, "before-revert"))
        await _nowhere(tree, "s1")
        await dies(tree, "snapshot-revert", "blank", "s1")


async def _nowhere(tree: Tree, root: str) -> None:
    """Its record is taken away and written anew, as whoever copies records does."""
    record = await tree.virsh("snapshot-dumpxml", "blank", root, "--security-info")
    file = tree.domain.disks[0].with_name("record.xml")
    file.write_text(record)
    await tree.virsh("snapshot-delete", "blank", root, "--metadata")
    await tree.virsh("snapshot-create", "blank", str(file), "--redefine")
    await seen(tree)
    forest = tree.driver.domain("blank").forest
    assert forest is not None
    assert forest.current is None


async def test_inside_an_image_on_which_another_stands(plant: Plant) -> None:
    tree = await plant(trees.above_internal)
    ref, trap = tree.driver.ref("blank"), known.STANDS
    await refused(tree, Revert(ref, "i1", safety=False), trap)
    tree.check()
    if bites(tree, trap):
        tree.domain.destroy()
        await tree.virsh("snapshot-revert", "blank", "i1", "--force")
        await seen(tree)
        assert tree.spoilt() == ["s1"]


async def test_a_medium_in_a_drive_stays_what_it_is(plant: Plant, tmp_path: Path) -> None:
    iso = tmp_path / "medium.iso"
    iso.write_bytes(bytes(2**20))

    async def insert(tree: Tree) -> None:
        words = ("--type", "cdrom", "--mode", "readonly", "--config", "--targetbus", "sata")
        await tree.virsh("attach-disk", "blank", str(iso), "sda", *words)

    tree = await plant(insert)
    ref, trap = tree.driver.ref("blank"), known.MEDIA
    await tree.take("s1")
    scribble(tree.domain, 2)
    plan = await tree.driver.carry_out(Revert(ref, "s1"))
    assert goes_round(plan, trap) == bites(tree, trap)
    assert now(tree.domain) == history(1)
    assert tree.domain.sources()["sda"] == iso
    assert [name for name in os.listdir(tmp_path) if "medium" in name] == [iso.name]
    if bites(tree, trap):
        await tree.virsh("snapshot-revert", "blank", "s1")
        beside = [name for name in os.listdir(tmp_path) if name.startswith("medium.")]
        assert len(beside) == 2
        assert tree.domain.sources()["sda"] != iso
