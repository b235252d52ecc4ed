"""Deleting real snapshots: whatever stands above keeps its content, whatever is beside too."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.wishes import Create, Delete, Revert
from tests.host.conftest import NewMachine
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine

pytestmark = pytest.mark.embed

HELD = {"s1": history(1), "s2": history(1, 2), "s3": history(1, 2, 3)}
PARENTS = {"s1": None, "s2": "s1", "s3": "s2"}


@pytest.fixture(params=["running", "off"])
async def three(driver: Driver, new_machine: NewMachine, request: pytest.FixtureRequest) -> Machine:
    """Snapshots s1, s2, s3, with the scribbles 1, 2, 3 made before each, and 4 after the last."""
    machine = new_machine()
    if request.param == "running":
        machine.start()
    ref = await driver.meet("m")
    for number in (1, 2, 3):
        scribble(machine, number)
        await driver.carry_out(Create(ref, f"s{number}"))
    scribble(machine, 4)
    return machine


@pytest.mark.parametrize("name", ["s1", "s2", "s3"], ids=["root", "middle", "leaf"])
async def test_the_others_keep_their_content_and_can_be_gone_back_to(
    driver: Driver, three: Machine, name: str
) -> None:
    ref, ran = driver.ref("m"), three.running
    await driver.carry_out(Delete(ref, name))
    assert three.running == ran
    assert now(three) == history(1, 2, 3, 4)
    left = {n: content for n, content in HELD.items() if n != name}
    parents = {
        n: PARENTS[name] if parent == name else parent for n, parent in PARENTS.items() if n != name
    }
    assert three.recorded() == parents
    assert len(three.chain()) == 3
    for other, content in left.items():
        assert preserved(driver, other) == content, other
    if not ran:
        for other, content in left.items():
            await driver.carry_out(Revert(ref, other))
            assert now(three) == content, other


async def test_all_can_be_deleted_from_the_root_on_or_from_the_leaf_on(
    driver: Driver, three: Machine
) -> None:
    ref = driver.ref("m")
    for name in ("s1", "s3", "s2"):
        await driver.carry_out(Delete(ref, name))
        assert now(three) == history(1, 2, 3, 4)
    assert three.chain() == ("m-vda.qcow2",)
    assert three.recorded() == {}
    files = sorted(path.name for path in three.disks[0].parent.glob("*.qcow2"))
    assert files == ["m-vda.qcow2"]


async def test_after_a_revert_no_delete_that_is_offered_spoils_another_snapshot(
    driver: Driver, three: Machine
) -> None:
    ref = driver.ref("m")
    await driver.carry_out(Revert(ref, "s2"))
    scribble(three, 5)
    held = {**HELD, "before-revert": history(1, 2, 3, 4)}
    for name in ("before-revert", "s3", "s2", "s1"):
        made = await driver.plan(Delete(ref, name))
        if isinstance(made, Refusal):
            continue
        outcome = await driver.fleet.perform(made)
        assert outcome.ok, outcome.says
        del held[name]
        assert now(three) == history(1, 2, 5), name
        for other, content in held.items():
            assert preserved(driver, other) == content, f"{other} after the delete of {name}"


def preserved(driver: Driver, name: str) -> tuple[int, ...]:
    """What the file holds that a revert to the snapshot would go back to."""
    forest = driver.domain("m").forest
    snapshot = forest.get(name) if forest else None
    assert snapshot is not None
    return pages(Path(snapshot.disks[0].base))


async def test_after_going_away_and_back_every_snapshot_can_still_be_deleted(
    driver: Driver, three: Machine
) -> None:
    ref = driver.ref("m")
    for name in ("s1", "s3"):
        await driver.carry_out(Revert(ref, name, safety=False))
    for name in ("s1", "s2", "s3"):
        await driver.carry_out(Delete(ref, name))
        assert now(three) == history(1, 2, 3), name
    assert three.chain() == ("m-vda.qcow2",)


async def test_a_delete_that_fails_half_way_leaves_the_domain_in_its_state(
    driver: Driver, three: Machine
) -> None:
    ref, ran = driver.ref("m"), three.running
    made = await driver.plan(Delete(ref, "s2"))
    assert isinstance(made, Plan)
    three.handle.snapshotLookupByName("s2").delete(2)
    outcome = await driver.fleet.perform(made)
    assert not outcome.ok
    assert three.running == ran
    assert now(three) == history(1, 2, 3, 4)


async def test_internal_snapshots_go_with_all_below_them(driver: Driver, machine: Machine) -> None:
    ref = await driver.meet("m")
    for number in (1, 2, 3):
        scribble(machine, number)
        await driver.carry_out(Create(ref, f"i{number}", how="internal"))
    scribble(machine, 4)
    await driver.carry_out(Delete(ref, "i2", children=True))
    assert machine.recorded() == {"i1": None}
    assert now(machine) == history(1, 2, 3, 4)
    await driver.carry_out(Revert(ref, "i1", safety=False))
    assert now(machine) == history(1)


async def test_a_forgotten_record_leaves_files_and_the_other_records_alone(
    driver: Driver, three: Machine
) -> None:
    ref, chain = driver.ref("m"), three.chain()
    await driver.carry_out(Delete(ref, "s3", metadata_only=True))
    assert three.recorded() == {"s1": None, "s2": "s1"}
    assert three.chain() == chain
    assert now(three) == history(1, 2, 3, 4)
    for name in ("s2", "s1"):
        await driver.carry_out(Revert(ref, name))
        assert now(three) == HELD[name]
