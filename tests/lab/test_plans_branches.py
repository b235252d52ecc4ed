"""A merge on the current branch, and the images of another one that stand on what is merged."""

from __future__ import annotations

import pytest

from kvmtui.plans.plan import Plan
from kvmtui.plans.wishes import Delete
from tests.host.driver import Driver
from tests.lab.domain import LabDomain
from tests.lab.trees import Tree
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab

FOLLOWS = 12_000_000
"""From here on libvirt merges below a branch, and rebases what stands there."""


@pytest.fixture(params=["running", "off"])
async def tree(driver: Driver, blank: LabDomain, request: pytest.FixtureRequest) -> Tree:
    """s1 - s2 - here, and s3 - s4 beside it below s2."""
    if request.param == "off":
        blank.destroy()
    await driver.meet("blank")
    tree = Tree(driver, blank)
    for name in ("s1", "s2", "s3", "s4"):
        await tree.take(name)
    await tree.back("s2")
    tree.scribble(9)
    return tree


async def test_a_branch_is_followed_while_each_of_its_layers_is_recorded(tree: Tree) -> None:
    made = await tree.driver.plan(Delete(tree.driver.ref("blank"), "s1"))
    assert isinstance(made, Plan) == (tree.driver.host.facts.libvirt >= FOLLOWS)
    if isinstance(made, Plan):
        assert (await tree.driver.fleet.perform(made)).ok
        del tree.held["s1"]
    tree.check()


async def test_a_branch_whose_first_record_was_forgotten_keeps_what_it_stands_on(
    tree: Tree, virsh: Virsh
) -> None:
    ref = tree.driver.ref("blank")
    await tree.driver.carry_out(Delete(ref, "s3", metadata_only=True))
    del tree.held["s3"]
    old = tree.driver.host.facts.libvirt < FOLLOWS
    assert await tree.driver.refused(Delete(ref, "s1")) == ("crash" if old else "branch forgotten")
    tree.check()
    if not old:
        virsh("snapshot-delete", "blank", "s1")
        await tree.driver.fleet.fresh(ref)
        assert "s4" in tree.spoilt(), "libvirt did not follow it"
