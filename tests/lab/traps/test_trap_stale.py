"""A record that no longer tells what its image holds."""

from __future__ import annotations

import pytest

from kvmtui.plans.wishes import Revert
from tests.host.content import history, now
from tests.lab import trees
from tests.lab.traps import known
from tests.lab.traps.bare import bites
from tests.lab.traps.conftest import Plant
from tests.lab.traps.refused import helped, refused

pytestmark = pytest.mark.lab


async def test_a_commit_that_nobody_told_of(plant: Plant) -> None:
    tree = await plant(trees.merged_by_hand, running=True)
    ref, trap = tree.driver.ref("blank"), known.STALE
    refusal = await refused(tree, Revert(ref, "s3"), trap)
    if bites(tree, trap):
        await tree.virsh("snapshot-revert", "blank", "s3")
        assert now(tree.domain) != history(1, 2, 3), "success, it says"
    await helped(tree, refusal, "forget its record")
    forest = tree.driver.domain("blank").forest
    assert forest is not None
    assert forest.get("s3") is None
    assert tree.spoilt() == []
