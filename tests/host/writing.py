"""Guests with much to merge, and guests that go on writing meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import libvirt

from tests.host.conftest import NewMachine
from tests.host.content import scribble
from tests.host.machine import Machine

FROM, PIECE, PLACES = 16 * 2**20, 2**20, 32
"""What is written lies there, in that many places again and again: 32 MiB."""


def heavy(new_machine: NewMachine) -> Machine:
    """A running machine whose overlay holds 32 MiB, above a snapshot that libvirt does not know."""
    machine = new_machine(mib=256)
    machine.start()
    machine.handle.snapshotCreateXML(
        "<domainsnapshot><disks><disk name='vda' snapshot='external'/></disks></domainsnapshot>",
        libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY
        | libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_NO_METADATA,
    )
    scribble(machine, 1)
    machine.write("vda", 0x66, offset=FROM, length=PLACES * PIECE)
    return machine


@asynccontextmanager
async def writing(machine: Machine, per_second: int, target: str = "vda") -> AsyncIterator[None]:
    """Writes ``per_second`` MiB every second, as far as the disk lets it."""

    async def write() -> None:
        loop, number = asyncio.get_running_loop(), 0
        begun = loop.time()
        while True:
            place = FROM + number % PLACES * PIECE
            await asyncio.to_thread(machine.write, target, 0x77, offset=place, length=PIECE)
            number += 1
            await asyncio.sleep(max(begun + number / per_second - loop.time(), 0))

    task = asyncio.create_task(write())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
