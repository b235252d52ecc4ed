"""A QEMU that does not answer: on libvirt 11.3 even its definition takes half a minute."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import TimeoutExpired

import pytest

from kvmtui.host.base import Busy
from kvmtui.host.turns import MOST
from kvmtui.host.virt import Opener
from kvmtui.plans.wishes import Create
from tests.host.content import history, pages, scribble
from tests.host.driver import Driver, driving
from tests.lab.conftest import NewBlank
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain

pytestmark = pytest.mark.lab

SOON = 10.0
"""Seconds; whoever waited for the QEMU that hangs would wait for thirty."""

WAITS = 11_000_000
"""The libvirt from which on a definition is told only when QEMU has answered, or is given up."""


@pytest.fixture
def stuck(new_blank: NewBlank) -> LabDomain:
    made = new_blank("stuck", mib=24)
    made.start()
    return made


@pytest.fixture
def other(new_blank: NewBlank) -> LabDomain:
    made = new_blank("other")
    made.start()
    return made


@contextmanager
def stopped(domain: LabDomain) -> Iterator[Callable[[], None]]:
    """SIGSTOP to its QEMU for the length of the block, or until the answer is called."""
    pid = int((domain.daemon.folder / "run" / "qemu" / f"{domain.name}.pid").read_text())
    os.kill(pid, signal.SIGSTOP)
    try:
        yield lambda: os.kill(pid, signal.SIGCONT)
    finally:
        os.kill(pid, signal.SIGCONT)


def definition_is_late(domain: LabDomain) -> bool:
    """Whether libvirt waits for QEMU before it tells anybody of the domain."""
    try:
        domain.daemon.virsh("dumpxml", domain.name, timeout=3)
    except TimeoutExpired:
        return True
    return False


async def assert_free(driver: Driver, name: str) -> None:
    """The other domain is read, looked at and changed; the one that hangs is not waited for."""
    begun = time.monotonic()
    ref = await driver.meet("other")
    await driver.carry_out(Create(ref, name))
    await driver.until_domain("other", lambda d: d.forest and d.forest.get(name), what="read")
    assert time.monotonic() - begun < SOON
    assert driver.domain("stuck").silence is not None


async def test_one_that_hung_before_it_was_ever_read_holds_up_nobody(
    daemon: Daemon, stuck: LabDomain, other: LabDomain, tmp_path: Path
) -> None:
    with stopped(stuck) as go_on:
        async with driving(Opener(daemon.remote), tmp_path / "state") as driver:
            await driver.until_domain("stuck", lambda d: d.silence, SOON, "it is told")
            waiting = asyncio.create_task(asyncio.to_thread(definition_is_late, stuck))
            await assert_free(driver, "s1")
            assert await waiting == (driver.host.facts.libvirt >= WAITS)
            go_on()
            await driver.until_domain("stuck", lambda d: d.silence is None, what="it answers")
            ref = await driver.meet("stuck")
            scribble(stuck, 1)
            await driver.carry_out(Create(ref, "s1"))
            assert pages(stuck.disks[0]) == history(1)


async def test_one_that_hangs_while_it_is_looked_at_holds_up_nobody(
    driver: Driver, stuck: LabDomain, other: LabDomain
) -> None:
    await driver.meet("other")
    ref = await driver.meet("stuck")
    with stopped(stuck):
        driver.fleet.refresh(ref)
        await driver.until_domain("stuck", lambda d: d.silence, SOON, "it is told")
        threads = threading.active_count()
        for _ in range(6):
            driver.fleet.refresh(ref)
            await asyncio.sleep(0.1)
        begun = time.monotonic()
        with pytest.raises(Busy, match="stuck: QEMU does not answer"):
            await driver.plan(Create(ref, "s1"))
        assert time.monotonic() - begun < SOON
        await assert_free(driver, "s1")
        assert threading.active_count() <= threads + MOST
        assert driver.domain("stuck").config is not None, "what was known is shown"
    await driver.until_domain("stuck", lambda d: d.silence is None, what="it answers again")
    await driver.carry_out(Create(ref, "s1"))
