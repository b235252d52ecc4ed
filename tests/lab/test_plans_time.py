"""The clock of a real guest whose RAM has come back from another time."""

from __future__ import annotations

import time

import pytest

from kvmtui.model.guest import Answer
from kvmtui.plans.wishes import Create, Revert
from tests.host.driver import Driver
from tests.lab.guest import GuestDomain
from tests.lab.test_plans_aftermath import restart_agent
from tests.lab.test_plans_guest import answered

pytestmark = pytest.mark.lab

WORKS = "ln -s /bin/busybox /sbin/hwclock"
"""What qemu-ga needs to read the guest's RTC; the lab's guest has none."""

FAILS = r"printf '#!/bin/sh\nexit 1\n' > /sbin/hwclock; chmod +x /sbin/hwclock"
"""A guest without an RTC that could be read or written."""

NEAR = 15
"""Seconds that a busy machine may take to look at a clock."""


def behind(guest: GuestDomain) -> float:
    """Seconds by which the guest's clock is late."""
    return time.time() - int(guest.run("date +%s"))


async def gone_back(driver: Driver, guest: GuestDomain, how: str) -> str:
    """Goes back to RAM in which it is the year 2020; what the outcome says."""
    ref = await driver.meet("guest")
    await answered(driver, Answer.ANSWERING)
    guest.run("date -s '2020-01-01 00:00:00'; echo then > /tmp/memory")
    await driver.carry_out(Create(ref, "s1", how=how))
    guest.run("echo now > /tmp/memory")
    outcome = await driver.attempt(Revert(ref, "s1"))
    assert outcome.ok, outcome.says
    assert guest.run("cat /tmp/memory") == "then\n"
    return outcome.says


@pytest.mark.parametrize("how", ["internal", "ram"])
async def test_ram_of_another_time_is_told_what_time_it_is(
    how: str, driver: Driver, guest: GuestDomain
) -> None:
    guest.run(WORKS)
    assert (await gone_back(driver, guest, how)).endswith(": done")
    assert abs(behind(guest)) < NEAR
    assert driver.fleet.journal.entries[-1].virsh == "virsh domtime --domain guest --sync"


async def test_a_guest_without_an_rtc_is_told_the_time_from_here(
    driver: Driver, guest: GuestDomain
) -> None:
    guest.run(FAILS)
    assert (await gone_back(driver, guest, "internal")).endswith(": done")
    assert abs(behind(guest)) < NEAR


async def test_a_clock_that_nobody_can_set_is_told_and_the_revert_holds_all_the_same(
    driver: Driver, guest: GuestDomain
) -> None:
    restart_agent(guest, "--block-rpcs=guest-set-time")
    said = await gone_back(driver, guest, "internal")
    assert ": done; could not set the clock of the guest: " in said
    assert behind(guest) > 10_000_000
    last = driver.fleet.journal.entries[-1]
    assert (last.ok, last.says) == (False, "set the clock of the guest")
