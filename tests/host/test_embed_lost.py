"""The connection is lost amid steps: what came of them is read back, and decides what is next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kvmtui.host import attempt
from kvmtui.host.base import Lost, Unreached
from kvmtui.host.virt import Connection
from kvmtui.model.domain import State
from kvmtui.model.world import Ref
from kvmtui.plans import cut_short
from kvmtui.plans.steps import (
    Commit,
    CreateSnapshot,
    DeleteSnapshot,
    Pivot,
    Power,
    RevertSnapshot,
    StartOver,
    Step,
    Verb,
)
from kvmtui.plans.wishes import Create, Delete, Edit, Merge, Move, Pull, Revert, Switch, Wish
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.host.layers import layered
from tests.host.machine import Machine

pytestmark = pytest.mark.embed

Fault = Callable[[Step], str]
"""When the connection is lost with a step: ``before`` its call or ``after`` it; else never."""


@pytest.fixture
def losing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Fault], list[Step]]:
    """Has connections be lost, once for each step; gives the steps that were called."""
    monkeypatch.setattr(attempt, "PAUSE", 0.02)
    perform = Connection.perform

    def lose(fault: Fault) -> list[Step]:
        lost, called = set[Step](), list[Step]()

        def losing(self: Connection, uuid: str, step: Step) -> None:
            when = fault(step) if step not in lost else ""
            lost.add(step)
            if when == "never":
                raise Unreached("nobody listens")
            if when != "before":
                called.append(step)
                perform(self, uuid, step)
            if when:
                raise Lost("the peer is gone")

        monkeypatch.setattr(Connection, "perform", losing)
        return called

    return lose


def base(machine: Machine) -> str:
    return str(machine.disks[0])


ACTIONS: dict[str, tuple[Callable[[Machine, Ref], Wish], tuple[int, ...]]] = {
    "create": (lambda m, ref: Create(ref, "new"), (1, 2, 3)),
    "inside": (lambda m, ref: Create(ref, "new", how="internal"), (1, 2, 3)),
    "revert": (lambda m, ref: Revert(ref, "s1"), (1,)),
    "delete": (lambda m, ref: Delete(ref, "s1"), (1, 2, 3)),
    "commit": (lambda m, ref: Merge(ref, "vda", base(m)), (1, 2, 3)),
    "pull": (lambda m, ref: Pull(ref, "vda", base(m)), (1, 2, 3)),
    "move": (lambda m, ref: Move(ref, "vda", str(m.disks[0].with_name("new.qcow2"))), (1, 2, 3)),
    "pause": (lambda m, ref: Switch(ref, Verb.PAUSE), (1, 2, 3)),
    "force off": (lambda m, ref: Switch(ref, Verb.FORCE_OFF), (1, 2, 3)),
    "edit": (lambda m, ref: Edit(ref, "s1", "s1", "other words"), (1, 2, 3)),
}


@pytest.mark.parametrize("action", [name for name in ACTIONS if name != "inside"])
async def test_what_came_about_all_the_same_is_done(
    action: str, driver: Driver, machine: Machine, losing: Callable[[Fault], list[Step]]
) -> None:
    """Every single connection is lost just before it could have told so."""
    ref = await layered(driver, machine, 2)
    scribble(machine, 3)
    wish, after = ACTIONS[action]
    plan = await driver.plan(wish(machine, ref))
    losing(lambda step: "after")
    outcome = await driver.fleet.perform(plan)  # type: ignore[arg-type]
    assert outcome.ok, outcome.says
    entries = list(driver.fleet.journal.entries)[2:]
    assert [entry.result for entry in entries if entry.ok] == ["done"] * len(
        (*outcome.plan.steps, *outcome.plan.afterwards)
    )
    assert "connection lost: the peer is gone; what came of it is seen later" in {
        entry.result for entry in entries
    }
    if machine.running:
        machine.flush()
    assert now(machine) == history(*after)
    await machine_restores_all(driver, machine)


async def machine_restores_all(driver: Driver, machine: Machine) -> None:
    """Every snapshot that is there holds what it was taken of."""
    await driver.fleet.fresh(driver.ref("m"))
    forest = driver.domain("m").forest
    assert forest is not None
    for snapshot in forest.snapshots:
        if snapshot.name in ("s1", "s2"):
            taken = history(*range(1, int(snapshot.name[1:]) + 1))
            assert pages(Path(snapshot.disks[0].base)) == taken, snapshot.name


@pytest.mark.parametrize(
    ("action", "kind", "told"),
    [
        ("create", CreateSnapshot, "it was not done: there is no snapshot “new”"),
        ("inside", CreateSnapshot, "it was not done: there is no snapshot “new”"),
        ("delete", DeleteSnapshot, "it was not done: snapshot “s1” is still there"),
        ("commit", Commit, "nothing shows that it was done"),
        ("pause", Power, "it was not done: the domain is running"),
        ("force off", Power, "it was not done: the domain is running"),
    ],
)
async def test_what_did_not_come_about_is_not_done(
    action: str,
    kind: type[Step],
    told: str,
    driver: Driver,
    machine: Machine,
    losing: Callable[[Fault], list[Step]],
) -> None:
    count = 0 if action == "inside" else 2
    ref = await layered(driver, machine, count)
    scribble(machine, 3)
    before = (now(machine), machine.chain(), machine.recorded())
    plan = await driver.plan(ACTIONS[action][0](machine, ref))
    losing(lambda step: "before" if isinstance(step, kind) else "")
    outcome = await driver.fleet.perform(plan)  # type: ignore[arg-type]
    assert f"the connection was lost; {told}" in outcome.says
    assert driver.fleet.journal.entries[-1].result.startswith("the connection was lost; ")
    assert (now(machine), machine.chain(), machine.recorded()) == before
    assert driver.domain("m").busy == ""
    await machine_restores_all(driver, machine)
    await driver.carry_out(ACTIONS[action][0](machine, ref))


@pytest.mark.parametrize("kind", [StartOver, Pivot])
async def test_what_may_be_done_again_is_done_again(
    kind: type[Step], driver: Driver, machine: Machine, losing: Callable[[Fault], list[Step]]
) -> None:
    ref = await layered(driver, machine, 1)
    scribble(machine, 2)
    action = "revert" if kind is StartOver else "commit"
    plan = await driver.plan(ACTIONS[action][0](machine, ref))
    called = losing(lambda step: "before" if isinstance(step, kind) else "")
    outcome = await driver.fleet.perform(plan)  # type: ignore[arg-type]
    assert outcome.ok, outcome.says
    assert sum(isinstance(step, kind) for step in called) == 1
    assert now(machine) == (history(1) if kind is StartOver else history(1, 2))


async def test_a_call_that_never_reached_libvirt_is_made_when_it_can_be(
    driver: Driver, machine: Machine, losing: Callable[[Fault], list[Step]]
) -> None:
    await driver.meet("m")
    plan = await driver.plan(Create(driver.ref("m"), "s1"))
    called = losing(lambda step: "never")
    outcome = await driver.fleet.perform(plan)  # type: ignore[arg-type]
    assert outcome.ok, outcome.says
    assert called == list(outcome.plan.steps)


async def test_what_was_not_begun_is_not_done_after_long(
    driver: Driver,
    machine: Machine,
    losing: Callable[[Fault], list[Step]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody is surprised by what was wished for an hour ago."""
    ref = await driver.meet("m")
    plan = await driver.plan(Create(ref, "s1"))
    called = losing(lambda step: "never")
    monkeypatch.setattr(cut_short, "LONG", 0.01)
    outcome = await driver.fleet.perform(plan)  # type: ignore[arg-type]
    assert "could not take snapshot “s1” (disks only): nobody listens" in outcome.says
    assert (called, machine.recorded()) == ([], {})


async def test_after_long_nothing_more_is_taken_away(
    driver: Driver,
    machine: Machine,
    losing: Callable[[Fault], list[Step]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The guest may have gone on and written for an hour since somebody agreed to go back."""
    ref = await layered(driver, machine, 1)
    scribble(machine, 2)
    plan = await driver.plan(Revert(ref, "s1"))
    losing(lambda step: "after" if isinstance(step, CreateSnapshot) else "")
    monkeypatch.setattr(cut_short, "LONG", 0.01)
    outcome = await driver.fleet.perform(plan)  # type: ignore[arg-type]
    assert "could not force off m: the connection was lost for 0:00" in outcome.says
    assert "(1 of 5 steps were done)" in outcome.says
    assert driver.domain("m").state is State.RUNNING
    assert now(machine) == history(1, 2)


async def test_nobody_believes_that_a_revert_to_the_current_one_came_about(
    driver: Driver, machine: Machine, losing: Callable[[Fault], list[Step]]
) -> None:
    """Its name says nothing: it was the current one before."""
    await driver.meet("m")
    scribble(machine, 1)
    await driver.carry_out(Create(driver.ref("m"), "i1", how="internal"))
    scribble(machine, 2)
    plan = await driver.plan(Revert(driver.ref("m"), "i1", safety=False))
    losing(lambda step: "before" if isinstance(step, RevertSnapshot) else "")
    outcome = await driver.fleet.perform(plan)  # type: ignore[arg-type]
    assert "“i1” may be in the images already, or may not: go back again (r)" in outcome.says
    assert now(machine) == history(1, 2)
    await driver.carry_out(Revert(driver.ref("m"), "i1", safety=False))
    assert now(machine) == history(1)
