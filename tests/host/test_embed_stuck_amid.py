"""A QEMU that hangs or dies amid an action that takes no snapshot: told, and nothing half done."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from kvmtui.host import following, patience, pulse, turns
from kvmtui.host.perform import Outcome
from kvmtui.host.virt import resting
from kvmtui.model.domain import State
from kvmtui.model.silence import LIBVIRT, QEMU
from kvmtui.model.world import Ref
from kvmtui.plans import planner
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Create, Describe, Edit, Switch, Wish
from tests.host.conftest import Embedded, NewMachine
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine
from tests.lab.patience import eventually

pytestmark = pytest.mark.embed

HASTE = 0.5
"""Seconds after which an answer is late here."""


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (following, patience, pulse, resting, turns):
        monkeypatch.setattr(module, "PATIENCE", HASTE)


class Qemu:
    """The QEMU of the machine `m`, which can be stopped and killed."""

    def __init__(self, embedded: Embedded) -> None:
        self._embedded = embedded

    @property
    def pid(self) -> int:
        return self._embedded.qemu("m")

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def stop_as_it_starts(self) -> None:
        """Before it has told anybody that it is there."""
        end = time.monotonic() + 20
        while not self._is_there():
            assert time.monotonic() < end, "it has not started"
            time.sleep(0.001)
        self.send(signal.SIGSTOP)

    def _is_there(self) -> bool:
        """Not only libvirt's child that is to become it, for which libvirt waits in another way."""
        with suppress(OSError, ValueError):
            return "qemu" in Path(f"/proc/{self.pid}/exe").readlink().name
        return False

    def until_asked_to_end(self) -> None:
        """Until SIGTERM waits for it."""
        status = Path(f"/proc/{self.pid}/status")
        eventually(lambda: _pending(status.read_text()) >> signal.SIGTERM - 1 & 1, "it is told")


def _pending(status: str) -> int:
    return int(status.partition("ShdPnd:")[2].split()[0], 16)


@pytest.fixture
def qemu(embedded: Embedded) -> Qemu:
    return Qemu(embedded)


@pytest.fixture
async def ref(driver: Driver, machine: Machine, new_machine: NewMachine) -> Ref:
    """A running domain with the snapshot s1, and another one beside it."""
    new_machine("other").start()
    ref = await driver.meet("m")
    scribble(machine, 1)
    await driver.carry_out(Create(ref, "s1"))
    scribble(machine, 2)
    return ref


def plan_of(driver: Driver, wish: Wish) -> Plan:
    """Without anything being read before."""
    made = planner.make(driver.fleet.world, wish)
    assert isinstance(made, Plan), made
    return made


@asynccontextmanager
async def amid(driver: Driver, qemu: Qemu, wish: Wish) -> AsyncIterator[asyncio.Task[Outcome]]:
    """While QEMU hangs and the wish is being carried out; what others do goes on meanwhile."""
    plan = await driver.plan(wish)
    assert isinstance(plan, Plan), plan
    qemu.send(signal.SIGSTOP)
    try:
        performing = asyncio.create_task(driver.fleet.perform(plan))
        await told(driver, QEMU)
        assert not performing.done()
        yield performing
    finally:
        with suppress(ProcessLookupError, FileNotFoundError):
            qemu.send(signal.SIGCONT)


async def told(driver: Driver, *whose: str) -> None:
    """The one that hangs is marked with who it is, and another one is not held up by it."""
    await driver.until_domain(
        "m", lambda d: d.busy and d.silence and d.silence.whose in whose, what="it is told"
    )
    name = f"t{driver.domain('other').snapshot_count}"
    begun = time.monotonic()
    await driver.carry_out(Create(driver.ref("other"), name))
    assert time.monotonic() - begun < 5
    assert driver.domain("m").silence is not None


Act = Callable[[Ref], Wish]

ACTS: dict[str, tuple[Act, State, str]] = {
    "edit": (lambda ref: Edit(ref, "s1", "s1", "words"), State.RUNNING, ""),
    "describe": (lambda ref: Describe(ref, "title", "words"), State.RUNNING, ""),
    "pause": (lambda ref: Switch(ref, Verb.PAUSE), State.PAUSED, "could not pause m: "),
    "shut down": (lambda ref: Switch(ref, Verb.SHUTDOWN), State.RUNNING, "could not shut down m: "),
    "save": (lambda ref: Switch(ref, Verb.SAVE), State.OFF, "could not write the RAM of m away"),
}
"""Which state it leads to where nobody looks at ACPI; and what is told if QEMU dies of it."""


@pytest.mark.parametrize("act", ACTS)
async def test_what_hangs_is_told_and_done_as_soon_as_qemu_goes_on(
    act: str, driver: Driver, machine: Machine, ref: Ref, qemu: Qemu
) -> None:
    wish, state, _ = ACTS[act]
    async with amid(driver, qemu, wish(ref)) as performing:
        pass
    outcome = await asyncio.wait_for(performing, 30)
    assert outcome.ok, outcome.says
    await driver.until_domain("m", lambda d: not d.busy and d.silence is None)
    assert driver.domain("m").state is state
    assert_written(act, driver)
    assert now(machine) == history(1, 2)


@pytest.mark.parametrize("act", ACTS)
async def test_what_it_was_at_is_told_when_qemu_dies(
    act: str, driver: Driver, machine: Machine, ref: Ref, qemu: Qemu
) -> None:
    wish, _, failed = ACTS[act]
    async with amid(driver, qemu, wish(ref)) as performing:
        qemu.send(signal.SIGKILL)
    outcome = await asyncio.wait_for(performing, 30)
    assert outcome.ok is not bool(failed), outcome.says
    assert failed in outcome.says
    assert not failed or outcome.says.endswith("the domain is shut off now: o starts it")
    assert driver.domain("m").state is State.OFF
    assert driver.domain("m").silence is None
    if not failed:
        assert_written(act, driver)
    assert now(machine) == history(1, 2)
    await driver.carry_out(Switch(ref, Verb.START))
    assert machine.running


def assert_written(act: str, driver: Driver) -> None:
    """What an edit has written can be read again."""
    config, forest = driver.domain("m").config, driver.domain("m").forest
    assert config is not None
    assert forest is not None
    record = forest.get("s1")
    assert record is not None
    assert (config.title, config.description) == (
        ("title", "words") if act == "describe" else ("", "")
    )
    assert record.description == ("words" if act == "edit" else "")


async def test_a_resume_hangs_until_qemu_goes_on(driver: Driver, ref: Ref, qemu: Qemu) -> None:
    await driver.carry_out(Switch(ref, Verb.PAUSE))
    async with amid(driver, qemu, Switch(ref, Verb.RESUME)) as performing:
        pass
    outcome = await asyncio.wait_for(performing, 30)
    assert outcome.ok, outcome.says
    assert driver.domain("m").state is State.RUNNING


async def starting(driver: Driver, machine: Machine, qemu: Qemu) -> asyncio.Task[Outcome]:
    """The start of the machine, whose QEMU hangs."""
    machine.off()
    await driver.until_domain("m", lambda d: d.state is State.OFF)
    plan = await driver.plan(Switch(driver.ref("m"), Verb.START))
    assert isinstance(plan, Plan), plan
    striking = Thread(target=qemu.stop_as_it_starts)
    striking.start()
    performing = asyncio.create_task(driver.fleet.perform(plan))
    await asyncio.to_thread(striking.join)
    return performing


async def test_a_start_hangs_until_qemu_goes_on(
    driver: Driver, machine: Machine, ref: Ref, qemu: Qemu
) -> None:
    performing = await starting(driver, machine, qemu)
    try:
        await driver.until_domain("m", lambda d: d.state is State.PAUSED, what="it is on")
        await told(driver, LIBVIRT, QEMU)  # it is libvirt that has begun to start it
        assert not performing.done()
    finally:
        qemu.send(signal.SIGCONT)
    outcome = await asyncio.wait_for(performing, 30)
    assert outcome.ok, outcome.says
    assert driver.domain("m").silence is None
    assert now(machine) == history(1, 2)


@pytest.mark.parametrize("by", ["force off", "SIGKILL"])
async def test_a_start_that_hangs_can_be_ended(
    by: str, driver: Driver, machine: Machine, ref: Ref, qemu: Qemu
) -> None:
    performing = await starting(driver, machine, qemu)
    try:
        await driver.until_domain("m", lambda d: d.state is State.PAUSED, what="it is on")
        await told(driver, LIBVIRT, QEMU)  # it is libvirt that has begun to start it
        if by == "SIGKILL":
            qemu.send(signal.SIGKILL)
        else:
            wish = Switch(ref, Verb.FORCE_OFF)
            force = asyncio.create_task(driver.fleet.perform(plan_of(driver, wish)))
            await asyncio.to_thread(qemu.until_asked_to_end)
            qemu.send(signal.SIGCONT)  # or libvirt waits for ten seconds before it kills
            outcome = await asyncio.wait_for(force, 30)
            assert outcome.ok, outcome.says
    finally:
        with suppress(ProcessLookupError, FileNotFoundError):
            qemu.send(signal.SIGCONT)
    outcome = await asyncio.wait_for(performing, 30)
    assert not outcome.ok
    assert "could not start m: " in outcome.says
    assert (driver.domain("m").state, machine.running) == (State.OFF, False)
    assert now(machine) == history(1, 2)
    await driver.carry_out(Switch(ref, Verb.START))
