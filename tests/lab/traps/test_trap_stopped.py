"""Reverting stops the domain: whatever fails after that, fails too late."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import libvirt
import pytest

from kvmtui.plans.steps import After
from kvmtui.plans.wishes import Revert
from tests.lab.traps import known
from tests.lab.traps.bare import bites, fails
from tests.lab.traps.conftest import Plant
from tests.lab.traps.refused import goes_round, refused
from tests.lab.trees import Tree

pytestmark = pytest.mark.lab


async def two(tree: Tree) -> None:
    """s1 - s2 - here."""
    for name in ("s1", "s2"):
        await tree.take(name)


async def test_what_would_fail_does_not_stop_the_domain(plant: Plant, tmp_path: Path) -> None:
    tree = await plant(two, running=True)
    ref, trap = tree.driver.ref("blank"), known.MISSING
    bottom, away = tree.domain.disks[0], tmp_path / "elsewhere"
    bottom.rename(away)
    for name in ("s1", "s2"):
        await refused(tree, Revert(ref, name, After.RUNNING, safety=False), trap)
    assert tree.domain.state == "running"
    if bites(tree, trap):
        said = await fails(tree, "snapshot-revert", "blank", "s2", "--running")
        assert str(bottom) in said
        assert tree.domain.state == "shut off"
    away.rename(bottom)
    assert tree.spoilt() == []


async def test_again_within_a_second(plant: Plant) -> None:
    tree = await plant(two)
    ref, trap = tree.driver.ref("blank"), known.COLLIDES
    for _ in range(2):
        plan = await tree.driver.carry_out(Revert(ref, "s1", safety=False))
        assert goes_round(plan, trap) == bites(tree, trap)
    tree.done = (1,)
    tree.check()
    if bites(tree, trap):
        assert "already exists" in await asyncio.to_thread(_twice, tree)
        tree.domain.start()
        said = await _late(tree)
        assert "already exists" in said
        assert tree.domain.state == "shut off"


def _twice(tree: Tree) -> str:
    """What libvirt says of the second revert that falls into one second."""
    for _ in range(9):
        time.sleep(1 - time.time() % 1)
        try:
            for _ in range(2):
                handle = tree.domain.handle
                handle.revertToSnapshot(handle.snapshotLookupByName("s1"))
        except libvirt.libvirtError as error:
            return str(error)
    return ""


async def _late(tree: Tree) -> str:
    """A revert of a domain that runs, with the names of this second and the next ones taken."""
    stem = tree.domain.disks[0].with_suffix("")
    for second in range(60):
        stem.with_suffix(f".{int(time.time()) + second}").write_bytes(b"of an earlier revert")
    return await fails(tree, "snapshot-revert", "blank", "s1", "--running")
