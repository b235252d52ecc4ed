"""A pull that somebody else does is seen, and what is asked meanwhile harms nobody."""

from __future__ import annotations

import time

import pytest

from kvmtui.plans.wishes import Create
from tests.host.conftest import Embedded
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine

pytestmark = pytest.mark.embed


@pytest.mark.parametrize("number", range(5))
async def test_no_qemu_dies_of_being_asked_for_sizes(
    driver: Driver, machine: Machine, embedded: Embedded, number: int
) -> None:
    """Of QEMU 7.2 most did."""
    ref = await driver.meet("m")
    scribble(machine, 1)
    await driver.carry_out(Create(ref, "s1"))
    scribble(machine, 2)
    disks = driver.domain("m").config.writable  # type: ignore[union-attr]
    connection = embedded.open()
    machine.handle.blockPull("vda", 0, 0)
    end = time.monotonic() + 1
    while time.monotonic() < end and machine.running:
        connection.config(ref.uuid)
        connection.grown(ref.uuid, disks)
    assert machine.running
    await driver.until_domain("m", lambda d: d.config and len(d.config.disks[0].layers) == 1)
    scribble(machine, 3)
    assert now(machine) == history(1, 2, 3)
