"""What somebody else does between two steps: it is seen, and nothing of it is lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import libvirt
import pytest

from kvmtui.host.virt import Connection
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import Commit, CreateSnapshot, DeleteSnapshot, Power, StartOver, Step, Verb
from kvmtui.plans.wishes import Create, Delete, Merge, Revert
from tests.host.conftest import NewMachine
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.host.layers import layered
from tests.host.machine import Machine

pytestmark = pytest.mark.embed

Meanwhile = Callable[[Callable[[Step], bool], Callable[[], object]], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Has somebody act right before the first step that fits."""

    def act_before(fits: Callable[[Step], bool], act: Callable[[], object]) -> None:
        perform, acted = Connection.perform, list[Step]()

        def interrupted(connection: Connection, uuid: str, step: Step) -> None:
            if fits(step) and not acted:
                acted.append(step)
                act()
            perform(connection, uuid, step)

        monkeypatch.setattr(Connection, "perform", interrupted)

    return act_before


def take(machine: Machine, name: str, flags: int = 0) -> None:
    """A snapshot by somebody else."""
    machine.handle.snapshotCreateXML(f"<domainsnapshot><name>{name}</name></domainsnapshot>", flags)


def is_start_over(step: Step) -> bool:
    return isinstance(step, StartOver)


async def test_a_domain_that_runs_again_is_not_put_back(
    driver: Driver, machine: Machine, meanwhile: Meanwhile
) -> None:
    """Overlays for the past would go on top of what runs, and be recorded as the past."""
    ref = await layered(driver, machine, 1)
    scribble(machine, 2)
    before = machine.chain()
    meanwhile(is_start_over, machine.start)
    outcome = await driver.attempt(Revert(ref, "s1", safety=False))
    assert not outcome.ok
    assert "somebody has started m" in outcome.says
    assert machine.chain() == before
    assert now(machine) == history(1, 2)
    await driver.carry_out(Revert(ref, "s1"))
    assert now(machine) == history(1)


def is_force_off(step: Step) -> bool:
    return isinstance(step, Power) and step.verb is Verb.FORCE_OFF


async def test_an_image_that_somebody_merged_into_is_not_gone_back_to(
    driver: Driver, machine: Machine, meanwhile: Meanwhile
) -> None:
    ref = await layered(driver, machine, 1)
    scribble(machine, 2)

    def merge() -> None:
        machine.handle.blockCommit("vda", None, None, 0, libvirt.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE)
        end = time.monotonic() + 10
        while "ready='yes'" not in machine.handle.XMLDesc(0):
            assert time.monotonic() < end
            time.sleep(0.02)
        machine.handle.blockJobAbort("vda", libvirt.VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT)

    meanwhile(is_force_off, merge)
    outcome = await driver.attempt(Revert(ref, "s1", safety=False))
    assert not outcome.ok
    assert "m-vda.qcow2 was written to meanwhile: “s1” is not in it any more" in outcome.says
    assert (machine.running, machine.chain()) == (True, ("m-vda.qcow2",))
    assert now(machine) == history(1, 2)


async def test_a_domain_whose_snapshot_went_meanwhile_runs_on_where_it_ran(
    driver: Driver, machine: Machine, meanwhile: Meanwhile
) -> None:
    ref = await layered(driver, machine, 1)
    scribble(machine, 2)
    before = machine.chain()
    forget = libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY
    meanwhile(is_start_over, lambda: machine.handle.snapshotLookupByName("s1").delete(forget))
    outcome = await driver.attempt(Revert(ref, "s1", safety=False))
    assert not outcome.ok
    assert (machine.running, machine.chain()) == (True, before)
    assert now(machine) == history(1, 2)


async def test_a_commit_does_not_take_in_a_layer_that_was_not_there_yet(
    driver: Driver, machine: Machine, meanwhile: Meanwhile
) -> None:
    ref = await layered(driver, machine, 1)
    scribble(machine, 2)

    def another() -> None:
        take(machine, "s2", libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY)
        scribble(machine, 3)

    meanwhile(lambda step: isinstance(step, Commit), another)
    outcome = await driver.attempt(Merge(ref, "vda", str(machine.disks[0])))
    assert not outcome.ok
    assert "is not active" in outcome.says
    assert machine.recorded() == {"s1": None, "s2": "s1"}
    assert now(machine) == history(1, 2, 3)
    assert pages(machine.disks[0]) == history(1)
    await driver.carry_out(Revert(ref, "s2", safety=False))
    assert now(machine) == history(1, 2)


async def test_a_guest_that_was_resumed_during_a_merge_runs_on(
    driver: Driver, new_machine: NewMachine, meanwhile: Meanwhile
) -> None:
    machine = new_machine()
    ref = await layered(driver, machine, 2)

    def is_last(step: Step) -> bool:
        return isinstance(step, Power) and step.verb is Verb.FORCE_OFF

    meanwhile(is_last, machine.handle.resume)
    outcome = await driver.attempt(Delete(ref, "s1", cancellable=True))
    assert outcome.ok
    assert "could not force off m, if it is paused still: it is not paused" in outcome.says
    assert machine.state == libvirt.VIR_DOMAIN_RUNNING
    assert machine.recorded() == {"s2": None}
    assert now(machine) == history(1, 2)


async def test_a_merge_that_fails_leaves_the_domain_off_and_claims_no_undoing(
    driver: Driver, new_machine: NewMachine, meanwhile: Meanwhile
) -> None:
    machine = new_machine()
    ref = await layered(driver, machine, 3)

    def is_second(step: Step) -> bool:
        return isinstance(step, DeleteSnapshot) and step.snapshot == "s2"

    def forget() -> None:
        flags = libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY
        machine.handle.snapshotLookupByName("s2").delete(flags)

    meanwhile(is_second, forget)
    outcome = await driver.attempt(Delete(ref, "s1", marked=("s2",)))
    assert not outcome.ok
    steps = len(outcome.plan.steps)
    assert f"({steps - 1} of {steps} steps were done)" in outcome.says
    assert not machine.running
    assert now(machine) == history(1, 2, 3)


@pytest.mark.parametrize("itself", [True, False])
async def test_what_was_taken_below_meanwhile_does_not_go_with_the_others(
    driver: Driver, machine: Machine, meanwhile: Meanwhile, itself: bool
) -> None:
    ref = await driver.meet("m")
    for number in (1, 2):
        scribble(machine, number)
        await driver.carry_out(Create(ref, f"i{number}", how="internal"))
    scribble(machine, 3)
    meanwhile(lambda step: isinstance(step, DeleteSnapshot), lambda: take(machine, "theirs"))
    outcome = await driver.attempt(Delete(ref, "i1", children=True, itself=itself))
    assert outcome.ok, outcome.says
    assert machine.recorded() == ({"theirs": None} if itself else {"i1": None, "theirs": "i1"})
    await driver.carry_out(Revert(ref, "theirs", safety=False))
    assert now(machine) == history(1, 2, 3)


async def test_a_record_is_not_forgotten_when_one_was_taken_below_it_meanwhile(
    driver: Driver, machine: Machine, meanwhile: Meanwhile
) -> None:
    """libvirt 9.0 would rewrite that one: it would go back to another image."""
    ref = await driver.meet("m")
    scribble(machine, 1)
    await driver.carry_out(Create(ref, "s1"))
    meanwhile(lambda step: isinstance(step, DeleteSnapshot), lambda: take(machine, "theirs"))
    outcome = await driver.attempt(Delete(ref, "s1", metadata_only=True))
    assert not outcome.ok
    assert "“theirs” was taken below “s1” meanwhile" in outcome.says
    assert machine.recorded() == {"s1": None, "theirs": "s1"}


def in_the_way(plan: Plan) -> Path:
    """A file of somebody else where the plan would save RAM."""
    (step,) = plan.steps
    assert isinstance(step, CreateSnapshot)
    file = Path(step.memory_file)
    file.write_text("theirs")
    return file


def holds(file: Path) -> str:
    return file.read_text()


async def test_a_file_that_came_to_be_where_the_ram_would_go_is_not_overwritten(
    driver: Driver, machine: Machine
) -> None:
    ref = await driver.meet("m")
    plan = await driver.plan(Create(ref, "r1", how="ram"))
    assert isinstance(plan, Plan)
    file = in_the_way(plan)
    outcome = await driver.fleet.perform(plan)
    assert not outcome.ok
    assert "is there already" in outcome.says
    assert holds(file) == "theirs"
    assert machine.recorded() == {}
