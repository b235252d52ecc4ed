"""Several real snapshots in one plan: what stays keeps its content, and no useless file stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.plans.plan import Danger
from kvmtui.plans.steps import DeleteSnapshot
from kvmtui.plans.wishes import Create, Delete, Revert
from tests.host.conftest import NewMachine
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine

pytestmark = pytest.mark.embed

HELD = {f"s{n}": history(*range(1, n + 1)) for n in range(1, 5)}
WHOLE = history(1, 2, 3, 4, 5)


@pytest.fixture(params=["running", "off"])
async def four(driver: Driver, new_machine: NewMachine, request: pytest.FixtureRequest) -> Machine:
    """Snapshots s1 to s4, with the scribbles 1 to 4 made before each, and 5 after the last."""
    machine = new_machine()
    if request.param == "running":
        machine.start()
    ref = await driver.meet("m")
    for number in range(1, 5):
        scribble(machine, number)
        await driver.carry_out(Create(ref, f"s{number}"))
    scribble(machine, 5)
    return machine


def preserved(driver: Driver, name: str) -> tuple[int, ...]:
    """What the file holds that a revert to the snapshot would go back to."""
    forest = driver.domain("m").forest
    snapshot = forest.get(name) if forest else None
    assert snapshot is not None
    return pages(Path(snapshot.disks[0].base))


def images(machine: Machine) -> set[str]:
    return {path.name for path in machine.disks[0].parent.glob("*.qcow2")}


async def left(driver: Driver, machine: Machine, *names: str) -> None:
    """Just these snapshots are left with their content, and just the layers of the chain."""
    assert set(machine.recorded()) == set(names)
    for name in names:
        assert preserved(driver, name) == HELD[name], name
    assert images(machine) == set(machine.chain())


@pytest.mark.parametrize(
    ("wish", "stay"),
    [
        ({"snapshot": "s2", "children": True}, ("s1",)),
        ({"snapshot": "s1", "children": True}, ()),
        ({"snapshot": "s2", "children": True, "itself": False}, ("s1", "s2")),
        ({"snapshot": "s1", "marked": ("s3",)}, ("s2", "s4")),
        ({"snapshot": "s4", "marked": ("s1", "s2")}, ("s3",)),
    ],
    ids=["below", "all", "only below", "root and middle", "leaf, root and middle"],
)
async def test_one_plan_deletes_them_all(
    driver: Driver, four: Machine, wish: dict[str, object], stay: tuple[str, ...]
) -> None:
    ref, ran = driver.ref("m"), four.running
    plan = await driver.carry_out(Delete(ref, **wish))  # type: ignore[arg-type]
    assert len(plan.losses) == 4 - len(stay)
    assert plan.danger is Danger.WORST
    assert four.running == ran
    assert now(four) == WHOLE
    await left(driver, four, *stay)
    for name in stay:
        await driver.carry_out(Revert(ref, name, safety=False))
        assert now(four) == HELD[name], name


async def test_a_branch_goes_with_the_snapshot_it_hangs_on(driver: Driver, four: Machine) -> None:
    ref = driver.ref("m")
    await driver.carry_out(Revert(ref, "s3"))
    scribble(four, 6)
    assert set(four.recorded()) == {"s1", "s2", "s3", "s4", "before-revert"}
    await driver.carry_out(Delete(ref, "s3", children=True))
    assert now(four) == history(1, 2, 3, 6)
    await left(driver, four, "s1", "s2")


async def test_only_the_branch_goes(driver: Driver, four: Machine) -> None:
    ref = driver.ref("m")
    await driver.carry_out(Revert(ref, "s3"))
    scribble(four, 6)
    await driver.carry_out(Delete(ref, "s3", children=True, itself=False))
    assert now(four) == history(1, 2, 3, 6)
    await left(driver, four, "s1", "s2", "s3")
    assert four.current() == "s3"


async def test_a_plan_that_fails_on_the_way_has_lost_nothing_else(
    driver: Driver, four: Machine
) -> None:
    ref, ran = driver.ref("m"), four.running
    made = await driver.plan(Delete(ref, "s2", children=True))
    four.handle.snapshotLookupByName("s3").delete(2)
    outcome = await driver.fleet.perform(made)  # type: ignore[arg-type]
    assert not outcome.ok
    assert four.running == ran
    assert now(four) == WHOLE
    assert preserved(driver, "s1") == HELD["s1"]


async def test_only_what_is_below_an_internal_snapshot_goes_from_the_leaves(
    driver: Driver, new_machine: NewMachine
) -> None:
    machine = new_machine()
    machine.start()
    ref = await driver.meet("m")
    for number in (1, 2, 3):
        scribble(machine, number)
        await driver.carry_out(Create(ref, f"i{number}", how="internal"))
    plan = await driver.carry_out(Delete(ref, "i1", children=True, itself=False))
    assert [step.snapshot for step in plan.steps if isinstance(step, DeleteSnapshot)] == [
        "i3",
        "i2",
    ]
    assert machine.recorded() == {"i1": None}
    assert now(machine) == history(1, 2, 3)
    await driver.carry_out(Revert(ref, "i1", safety=False))
    assert now(machine) == history(1)


@pytest.mark.parametrize("name", ["s1", "s2", "s3"])
async def test_a_forgotten_record_leaves_those_below_it_right(
    driver: Driver, four: Machine, name: str
) -> None:
    ref, chain = driver.ref("m"), four.chain()
    await driver.carry_out(Delete(ref, name, metadata_only=True))
    assert four.chain() == chain
    kept = {other: content for other, content in HELD.items() if other != name}
    parents = dict(zip(kept, (None, *kept), strict=False))
    assert four.recorded() == parents
    assert four.current() == "s4"
    for other, content in kept.items():
        assert preserved(driver, other) == content, other
        await driver.carry_out(Revert(ref, other))
        assert now(four) == content, other


async def test_records_of_a_whole_branch_are_forgotten(driver: Driver, four: Machine) -> None:
    ref, chain = driver.ref("m"), four.chain()
    await driver.carry_out(Delete(ref, "s2", children=True, metadata_only=True))
    assert four.recorded() == {"s1": None}
    assert four.current() == "s1"
    assert four.chain() == chain
    assert now(four) == WHOLE
