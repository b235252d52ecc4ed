"""A chain that grows while the domain runs, until it never starts again."""

from __future__ import annotations

import pytest

from kvmtui.plans.depth import NESTED
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Create, Switch
from tests.lab.test_depth import deepened
from tests.lab.traps import known
from tests.lab.traps.bare import bites, fails, seen
from tests.lab.traps.conftest import Plant
from tests.lab.traps.refused import refused

pytestmark = pytest.mark.lab


async def test_no_snapshot_is_taken_that_keeps_the_domain_from_starting(plant: Plant) -> None:
    tree = await plant()
    ref, trap = tree.driver.ref("blank"), known.NESTED
    deepened(tree.domain, NESTED)
    tree.domain.start()
    await seen(tree)
    if not bites(tree, trap):
        await tree.driver.carry_out(Create(ref, "s1"))
        tree.domain.destroy()
        await tree.driver.carry_out(Switch(ref, Verb.START))
        return
    await refused(tree, Create(ref, "s1"), trap)
    await tree.virsh("snapshot-create-as", "blank", "s1", "--disk-only")
    await seen(tree)
    plan = await tree.driver.plan(Switch(ref, Verb.FORCE_OFF))
    assert isinstance(plan, Plan)
    assert any("will not start again" in told for told in plan.warnings)
    tree.domain.destroy()
    assert "nesting" in await fails(tree, "start", "blank")
    await refused(tree, Switch(ref, Verb.START), trap)
