"""The power menu on real machines, and how soon a change of state is seen."""

from __future__ import annotations

import os
import signal

import libvirt
import pytest

from kvmtui.host.base import Gone
from kvmtui.model.domain import State
from kvmtui.plans import planner
from kvmtui.plans.plan import Plan, Refusal
from kvmtui.plans.steps import Power, Step, Verb
from kvmtui.plans.wishes import Create, Revert, Switch
from tests.host.conftest import Embedded, NewMachine
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine
from tests.lab.patience import eventually

pytestmark = pytest.mark.embed


async def test_every_verb_leads_to_its_state_and_the_others_are_refused(
    driver: Driver, new_machine: NewMachine
) -> None:
    machine = new_machine()
    ref = await driver.meet("m")
    way = (
        (Verb.START_PAUSED, State.PAUSED, 3),
        (Verb.RESUME, State.RUNNING, 1),
        (Verb.PAUSE, State.PAUSED, 3),
        (Verb.FORCE_OFF, State.OFF, 5),
        (Verb.START, State.RUNNING, 1),
        (Verb.FORCE_OFF, State.OFF, 5),
    )
    for verb, shown, real in way:
        await driver.carry_out(Switch(ref, verb))
        assert (driver.domain("m").state, machine.state) == (shown, real), verb
    for verb in (Verb.SHUTDOWN, Verb.PAUSE, Verb.RESUME, Verb.FORCE_OFF):
        assert await driver.refused(Switch(ref, verb)) == "state"


async def test_a_guest_that_ignores_the_button_is_shown_running(
    driver: Driver, machine: Machine
) -> None:
    ref = await driver.meet("m")
    await driver.carry_out(Switch(ref, Verb.SHUTDOWN))
    assert driver.domain("m").state is State.RUNNING


async def test_what_others_do_is_seen_within_a_second(
    driver: Driver, new_machine: NewMachine
) -> None:
    machine = new_machine()
    await driver.until(lambda host: host.domains, 1, "defined")
    await driver.meet("m")
    doing = (
        (machine.handle.create, State.RUNNING),
        (machine.handle.suspend, State.PAUSED),
        (machine.handle.resume, State.RUNNING),
        (machine.handle.destroy, State.OFF),
    )
    for do, state in doing:
        do()
        await driver.until_domain("m", lambda d, s=state: d.state is s, 1, state.value)  # type: ignore[misc]


async def test_an_undefined_domain_vanishes_and_a_plan_for_it_is_no_more(
    driver: Driver, new_machine: NewMachine
) -> None:
    machine = new_machine()
    ref = await driver.meet("m")
    machine.handle.undefine()
    await driver.until(lambda host: not host.domains, 2, "gone")
    made = planner.make(driver.fleet.world, Create(ref, "s1"))
    assert isinstance(made, Refusal)
    assert made.rule == "no domain"
    with pytest.raises(Gone):
        await driver.fleet.fresh(ref)


async def test_saved_ram_is_removed_before_the_disks_go_back(
    driver: Driver, machine: Machine
) -> None:
    ref = await driver.meet("m")
    scribble(machine, 1)
    await driver.carry_out(Create(ref, "s1"))
    scribble(machine, 2)
    machine.handle.managedSave(0)
    assert machine.handle.hasManagedSaveImage(0)
    await driver.until_domain("m", lambda d: d.config is not None and d.config.managed_save, 5)
    assert await driver.refused(Revert(ref, "s1")) == "saved RAM"
    plan = await driver.carry_out(Revert(ref, "s1", drop_saved=True))
    assert any("saved RAM" in loss for loss in plan.losses)
    assert not machine.handle.hasManagedSaveImage(0)
    assert now(machine) == history(1)
    await driver.carry_out(Switch(ref, Verb.START))
    assert now(machine) == history(1)


async def test_who_is_started_for_a_merge_has_a_note_until_it_runs_or_is_off(
    driver: Driver, new_machine: NewMachine
) -> None:
    machine = new_machine()
    ref = await driver.meet("m")

    async def stranded(*steps: Step) -> bool:
        title = "Test"
        outcome = await driver.fleet.perform(Plan(ref=ref, title=title, verb=title, steps=steps))
        assert outcome.ok, outcome.says
        return driver.domain("m").stranded

    start = Power("m", Verb.START_PAUSED, for_merge=True)
    assert await stranded(start)
    assert "urn:kvmtui" not in machine.handle.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
    assert not await stranded(Power("m", Verb.FORCE_OFF), Power("m", Verb.START_PAUSED))
    assert not await stranded(Power("m", Verb.FORCE_OFF), start, Power("m", Verb.RESUME))
    assert not await stranded(Power("m", Verb.PAUSE))


async def test_a_revert_takes_no_note_of_a_merge_from_a_record(
    driver: Driver, new_machine: NewMachine
) -> None:
    machine = new_machine()
    ref = await driver.meet("m")
    start = Power("m", Verb.START_PAUSED, for_merge=True)
    await driver.fleet.perform(Plan(ref=ref, title="Test", verb="Test", steps=(start,)))
    await driver.carry_out(Create(ref, "s1"))
    await driver.carry_out(Switch(ref, Verb.FORCE_OFF))
    await driver.carry_out(Revert(ref, "s1"))
    assert "urn:kvmtui" not in machine.handle.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)


@pytest.mark.parametrize("dies", [False, True], ids=["goes off", "dies"])
async def test_a_guest_that_is_off_before_its_answer_has_shut_down_unless_qemu_died(
    driver: Driver,
    machine: Machine,
    embedded: Embedded,
    monkeypatch: pytest.MonkeyPatch,
    dies: bool,
) -> None:
    """There is no system in the machine that could shut down: libvirt's word on it is put in."""

    def late(_domain: object) -> None:
        if dies:
            os.kill(embedded.qemu("m"), signal.SIGKILL)
            eventually(lambda: not machine.running, "libvirt has heard of it")
        else:
            machine.off()
            ended = [libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_SHUTDOWN]
            monkeypatch.setattr(libvirt.virDomain, "state", lambda *_: ended)
        raise libvirt.libvirtError("nobody answers")

    ref = await driver.meet("m")
    monkeypatch.setattr(libvirt.virDomain, "shutdown", late)
    outcome = await driver.attempt(Switch(ref, Verb.SHUTDOWN))
    assert outcome.ok is not dies, outcome.says
    assert not dies or outcome.says.endswith("the domain is shut off now: o starts it")
    assert driver.domain("m").state is State.OFF
