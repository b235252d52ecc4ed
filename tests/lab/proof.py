"""Carries an operation out for the table in the lab's README, and says what came of it."""

from __future__ import annotations

import re
from typing import Protocol

import pytest

from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.steps import (
    Amend,
    Commit,
    CreateSnapshot,
    DeleteSnapshot,
    Power,
    Redefine,
    RemoveFile,
    RevertSnapshot,
    Step,
)
from kvmtui.plans.wishes import Create, Delete, Merge, Pace, Revert, Switch, Wish
from tests.host.driver import Driver
from tests.lab.ledger import PROOF
from tests.lab.versions import short

HELP = (Power, Amend, Redefine, RemoveFile)


class Proves(Protocol):
    """Carries a wish out and records under the name of an operation how that went.

    Gives the plan, or None when the wish was refused. The record counts only if the test passes:
    it must read back, afterwards, what the disks (and the RAM) hold.
    """

    async def __call__(self, operation: str, wish: Wish) -> Plan | None: ...


def came_of(wish: Wish, made: Plan | Refusal) -> str:
    """What the table says of a wish that was carried out or refused."""
    if isinstance(made, Refusal):
        return f"refused: {re.sub(r'/[^ ,;]*/', '', made.reason)}"
    called = any(_is_own(wish, step) for step in made.steps)
    helped = not isinstance(wish, Switch | Pace) and any(map(_helps, made.steps))
    return "works" if called and not helped else "works by fallback"


def _helps(step: Step) -> bool:
    """Whether it leads libvirt to what it would not do by itself, or puts right what it does."""
    return isinstance(step, HELP) or (isinstance(step, DeleteSnapshot) and bool(step.keeps))


def _is_own(wish: Wish, step: Step) -> bool:
    """Whether it is libvirt's own call for such a wish."""
    match wish:
        case Create():
            return isinstance(step, CreateSnapshot)
        case Revert():
            return isinstance(step, RevertSnapshot)
        case Delete(metadata_only=record):
            return isinstance(step, DeleteSnapshot) and step.metadata_only == record
        case Merge():
            return isinstance(step, Commit)
        case _:
            return True


def prover(node: pytest.Item, driver: Driver) -> Proves:
    """Records with the report of the test `node` what `driver` carries out."""

    async def prove(operation: str, wish: Wish) -> Plan | None:
        made = await driver.plan(wish)
        if isinstance(made, Plan):
            outcome = await driver.fleet.perform(made)
            assert outcome.ok, outcome.says
        version = short(driver.host.facts.libvirt)
        node.user_properties.append((PROOF, [operation, version, came_of(wish, made)]))
        return made if isinstance(made, Plan) else None

    return prove
