"""Names that do not come through to QEMU."""

from __future__ import annotations

import pytest

from kvmtui.plans.wishes import Create, Revert
from tests.host.content import history, pages
from tests.lab.traps import known
from tests.lab.traps.bare import bites, fails, seen
from tests.lab.traps.conftest import Plant
from tests.lab.traps.refused import refused

pytestmark = pytest.mark.lab


@pytest.mark.parametrize("name", ['a"b', "a\\b"])
async def test_a_snapshot_inside_a_running_image_that_is_not_there(plant: Plant, name: str) -> None:
    tree = await plant(running=True)
    ref, trap = tree.driver.ref("blank"), known.QUOTED
    tree.scribble(1)
    if not bites(tree, trap):
        assert await tree.driver.refused(Create(ref, name, how="internal")) == "name job"
        return
    await refused(tree, Create(ref, name, how="internal"), trap)
    await tree.driver.carry_out(Create(ref, "plain", how="internal"))
    assert pages(tree.domain.disks[0], "plain") == history(1)
    await tree.virsh("snapshot-create-as", "blank", name)
    await seen(tree)
    config = tree.driver.domain("blank").config
    active = config.disks[0].active if config else None
    assert active is not None
    assert [image.name for image in active.snapshots or ()] == ["plain"]
    assert await tree.driver.refused(Revert(ref, name, safety=False)) == "stale"
    await fails(tree, "snapshot-revert", "blank", name)
    assert tree.domain.state == "shut off", "and that guest ran"
