"""A QEMU that does not answer: it is marked, left alone, and holds up nobody else."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kvmtui.host.base import Busy
from kvmtui.host.patience import PATIENCE
from kvmtui.host.virt import Connection
from kvmtui.model.domain import State
from kvmtui.model.silence import LIBVIRT, QEMU
from kvmtui.model.world import Link
from kvmtui.plans import planner
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Create, Revert, Switch
from tests.host.conftest import Embedded, NewMachine
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine

pytestmark = pytest.mark.embed


class Stuck:
    """The QEMU of a machine, which can be stopped."""

    def __init__(self, embedded: Embedded, machine: Machine) -> None:
        self.pid = embedded.qemu(machine.name)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """SIGSTOP for the length of the block."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            if Path(f"/proc/{self.pid}").exists():
                os.kill(self.pid, signal.SIGCONT)


@pytest.fixture
def other(new_machine: NewMachine) -> Machine:
    made = new_machine("other")
    made.start()
    return made


@pytest.fixture
def qemu(embedded: Embedded, machine: Machine) -> Stuck:
    return Stuck(embedded, machine)


async def until_silent(driver: Driver, whose: tuple[str, ...] = (QEMU,)) -> None:
    await driver.until_domain(
        "m", lambda d: d.silence is not None and d.silence.whose in whose, 15, f"{whose} is late"
    )


async def until_call_is_late(driver: Driver) -> None:
    """Libvirt is late with the call first, and then QEMU is found to be the reason."""
    await driver.until_domain("m", lambda d: bool(d.busy), what="it is called")
    await until_silent(driver, (LIBVIRT, QEMU))


async def test_one_that_hangs_is_marked_and_the_others_go_on(
    driver: Driver, machine: Machine, other: Machine, qemu: Stuck
) -> None:
    await driver.meet("other")
    ref = await driver.meet("m")
    with qemu.stopped():
        driver.fleet.refresh(ref)
        await until_silent(driver)
        threads = threading.active_count()
        for _ in range(6):
            driver.fleet.refresh(ref)
            await asyncio.sleep(0.1)
        assert threading.active_count() <= threads
        with pytest.raises(Busy, match="m: QEMU does not answer"):
            await driver.plan(Create(ref, "s1"))
        beside = driver.ref("other")
        scribble(other, 1)
        await driver.carry_out(Create(beside, "s1"))
        scribble(other, 2)
        await driver.until_domain("other", lambda d: d.snapshot_count == 1, what="it is read")
        await driver.carry_out(Revert(beside, "s1"))
        assert now(other) == history(1)
        assert driver.domain("m").silence is not None
    await driver.until_domain("m", lambda d: d.silence is None, what="it answers again")
    scribble(machine, 5)
    await driver.carry_out(Create(ref, "s1"))
    assert pages(machine.disks[0]) == history(5)


async def test_one_that_hung_before_it_was_ever_read_is_shown_all_the_same(
    driver: Driver, machine: Machine, other: Machine, qemu: Stuck
) -> None:
    with qemu.stopped():
        await driver.until_domain("m", lambda d: d.config is not None and d.silence is not None)
        config = driver.domain("m").config
        assert config is not None
        assert [layer.source for layer in config.disks[0].layers] == [str(machine.disks[0])]
        await driver.carry_out(Create(driver.ref("other"), "s1"))
    await driver.until_domain("m", lambda d: d.silence is None)


async def test_a_call_that_hangs_is_told_and_ends_when_qemu_goes_on(
    driver: Driver, machine: Machine, qemu: Stuck
) -> None:
    ref = await driver.meet("m")
    plan = await driver.plan(Create(ref, "s1"))
    scribble(machine, 1)
    with qemu.stopped():
        performing = asyncio.ensure_future(driver.fleet.perform(plan))  # type: ignore[arg-type]
        await until_call_is_late(driver)
    outcome = await asyncio.wait_for(performing, 20)
    assert outcome.ok, outcome.says
    assert driver.domain("m").silence is None
    assert pages(machine.disks[0]) == history(1)


async def test_what_hangs_can_be_forced_off_amid_a_plan(
    driver: Driver, machine: Machine, qemu: Stuck
) -> None:
    ref = await driver.meet("m")
    scribble(machine, 1)
    plan = await driver.plan(Create(ref, "s1"))
    with qemu.stopped():
        performing = asyncio.ensure_future(driver.fleet.perform(plan))  # type: ignore[arg-type]
        await until_call_is_late(driver)
        force = driver.fleet.perform(_plan(driver, Switch(ref, Verb.FORCE_OFF)))
        outcome = await asyncio.wait_for(force, 30)
        assert outcome.ok, outcome.says
    taken = await asyncio.wait_for(performing, 20)
    if taken.ok:  # libvirt was amid another question about it: it took the one of the domain off
        forest = driver.domain("m").forest
        assert forest is not None
        assert [(s.name, s.state) for s in forest.snapshots] == [("s1", "shutoff")]
    else:
        assert "the domain is shut off now: o starts it" in taken.says
    assert driver.domain("m").state is State.OFF
    assert driver.domain("m").silence is None
    assert now(machine) == history(1)


async def test_a_daemon_that_hangs_is_told_long_before_its_connection_is_broken(
    driver: Driver, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await driver.meet("m")
    gate = threading.Event()
    monkeypatch.setattr(Connection, "touched", lambda _self, _recorded: gate.wait() and None)
    took = await driver.until(lambda host: host.silent, 15, "it is late")
    assert time.time() - took - 1 < driver.host.silent < time.time() - PATIENCE
    assert driver.host.link is Link.OPEN
    gate.set()
    await driver.until(lambda host: not host.silent)


def _plan(driver: Driver, wish: Switch) -> Plan:
    """Without anything being read before, as the screen does it."""
    assert planner.hurries(wish)
    made = planner.make(driver.fleet.world, wish)
    assert isinstance(made, Plan), made
    return made
