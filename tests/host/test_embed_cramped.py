"""libvirt's own folders are full: no record of a snapshot is lost, and every guest goes on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import libvirt
import pytest

from kvmtui.model.domain import State
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import After, Amend, EditRecord, Step, Verb, Vouch
from kvmtui.plans.wishes import Create, Edit, Pull, Revert, Switch
from tests.host.conftest import Embedded
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.host.layers import layered
from tests.host.machine import Machine
from tests.host.test_embed_full import mount

pytestmark = [
    pytest.mark.embed,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a file system"),
]

RECORDS = ("lib", "qemu", "snapshot")


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Nothing that is longer than a little can be written there; what is there is hidden."""
    mount("-t", "tmpfs", "-o", "size=4k", "kvmtui", str(folder))
    try:
        (folder / "filler").write_bytes(bytes(4096))
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def test_a_revert_whose_definition_cannot_be_written_has_the_domain_run_where_it_ran(
    embedded: Embedded, driver: Driver, machine: Machine
) -> None:
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "s1"))
    scribble(machine, 1)
    before = machine.sources()
    plan = await driver.plan(Revert(ref, "s1", safety=False))
    assert isinstance(plan, Plan)
    with full(embedded.folder("etc", "qemu")):
        outcome = await driver.fleet.perform(plan)
    assert not outcome.ok
    assert (machine.running, machine.sources()) == (True, before)
    assert now(machine) == history(1)


async def test_a_domain_that_is_left_on_images_of_then_is_not_started_there(
    driver: Driver, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its definition could be written once, and not put back."""
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "s1"))
    scribble(machine, 1)
    plan = await driver.plan(Revert(ref, "s1", safety=False))
    assert isinstance(plan, Plan)
    machine.disks[0].with_name("m-vda.s1-r.qcow2").write_bytes(b"in the way")
    define, defined = libvirt.virConnect.defineXML, list[str]()

    def once(handle: Any, text: str) -> Any:
        defined.append(text)
        if len(defined) > 1:
            raise libvirt.libvirtError("no room")
        return define(handle, text)

    monkeypatch.setattr(libvirt.virConnect, "defineXML", once)
    outcome = await driver.fleet.perform(plan)
    monkeypatch.undo()
    assert not outcome.ok
    assert (len(defined), machine.running) == (2, False)
    assert machine.sources() == {"vda": machine.disks[0]}
    start = await driver.plan(Switch(ref, Verb.START))
    assert isinstance(start, Plan)
    assert any("s1" in lost for lost in start.losses)
    await driver.carry_out(Revert(ref, "s1", After.RUNNING, safety=False))
    assert now(machine) == history()


async def test_a_revert_whose_record_cannot_be_written_tells_that_the_domain_is_off(
    embedded: Embedded, driver: Driver, machine: Machine
) -> None:
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "s1"))
    scribble(machine, 1)
    plan = await driver.plan(Revert(ref, "s1", safety=False))
    assert isinstance(plan, Plan)
    with full(embedded.folder(*RECORDS)):
        outcome = await driver.fleet.perform(plan)
    assert not outcome.ok
    assert outcome.says.endswith("the domain is shut off now: o starts it (2 of 4 steps were done)")
    assert machine.recorded() == {"s1": None}
    await driver.carry_out(Revert(ref, "s1", After.RUNNING, safety=False))
    assert (machine.running, now(machine)) == (True, history())


@pytest.mark.parametrize("managed", [True, False])
async def test_ram_that_finds_no_room_leaves_the_guest_running(
    embedded: Embedded, driver: Driver, machine: Machine, tmp_path: Path, managed: bool
) -> None:
    ref = await driver.meet("m")
    scribble(machine, 1)
    folder = embedded.folder("lib", "qemu", "save") if managed else tmp_path
    wish = Switch(ref, Verb.SAVE) if managed else Switch(ref, Verb.SAVE_TO, f"{folder}/ram")
    plan = await driver.plan(wish)
    assert isinstance(plan, Plan)
    with full(folder):
        outcome = await driver.fleet.perform(plan)
        assert {*os.listdir(folder)} - {"state"} == {"filler"}
    assert "No space left on device" in outcome.says
    assert driver.domain("m").state is State.RUNNING
    assert machine.state == libvirt.VIR_DOMAIN_RUNNING
    await driver.fleet.fresh(ref)
    scribble(machine, 2)
    assert now(machine) == history(1, 2)
    config = driver.domain("m").config
    assert config is not None
    assert not config.managed_save


STEPS: list[Step] = [
    Vouch("m", "vda", ("s2",)),
    EditRecord("m", "s2", description="else"),
    Amend("m", "vda", "/t", "/b", "file", "qcow2", ("s2",)),
]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: type(step).__name__)
async def test_a_record_that_cannot_be_written_is_not_lost(
    embedded: Embedded, driver: Driver, machine: Machine, step: Step
) -> None:
    """libvirt drops one from its memory that it could not write again."""
    ref = await layered(driver, machine, 3)
    before = machine.recorded()
    with full(embedded.folder(*RECORDS)):
        outcome = await driver.fleet.perform(Plan(ref=ref, title="-", verb="-", steps=(step,)))
    assert "libvirt would lose the record" in outcome.says
    assert machine.recorded() == before


async def test_what_needs_records_is_refused_beforehand(
    embedded: Embedded, driver: Driver, machine: Machine
) -> None:
    ref = await layered(driver, machine, 2)
    wishes = (
        Create(ref, "s3"),
        Create(ref, "i1", how="internal"),
        Revert(ref, "s1", safety=False),
        Pull(ref, "vda"),
        Edit(ref, "s1", "s1", "told"),
    )
    with full(embedded.folder(*RECORDS)):
        for wish in wishes:
            assert await driver.refused(wish) == "no room for records", wish
    for wish in wishes:
        assert isinstance(await driver.plan(wish), Plan), wish
