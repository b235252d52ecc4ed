"""What kvmtui refuses, and what its modal offers instead."""

from __future__ import annotations

from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.wishes import Wish
from tests.lab.traps.known import Trap
from tests.lab.trees import Tree


async def refused(tree: Tree, wish: Wish, trap: Trap) -> Refusal:
    """The refusal, which must be that of the trap."""
    made = await tree.driver.plan(wish)
    assert isinstance(made, Refusal), made
    assert made.rule == trap.rule
    return made


async def helped(tree: Tree, refusal: Refusal, says: str) -> Plan:
    """Carries out what the refusal offers."""
    offered = {other.says: other.wish for other in refusal.instead}
    return await tree.driver.carry_out(offered[says])


def goes_round(plan: Plan, trap: Trap) -> bool:
    """Whether the plan says that it avoids the trap."""
    return trap.rule in (detour.rule for detour in plan.detours)
