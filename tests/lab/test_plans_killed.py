"""A QEMU that is killed as soon as a pull is done: the disk holds what it held."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from kvmtui.model.domain import State
from kvmtui.plans.wishes import Create, Pull
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.lab.domain import LabDomain

pytestmark = pytest.mark.lab


def shoot(domain: LabDomain) -> None:
    """Its own QEMU: the pid is that of this daemon, and the process must name its disk."""
    (file,) = domain.daemon.folder.rglob(f"{domain.name}.pid")
    pid = int(file.read_text())
    argv = Path(f"/proc/{pid}/cmdline").read_bytes()
    assert f"guest={domain.name},".encode() in argv
    assert str(domain.disks[0]).encode() in argv
    os.kill(pid, signal.SIGKILL)


async def test_what_was_pulled_up_is_there(driver: Driver, blank: LabDomain) -> None:
    ref = await driver.meet("blank")
    for number in (1, 2):
        scribble(blank, number)
        await driver.carry_out(Create(ref, f"s{number}"))
    scribble(blank, 3)
    await driver.carry_out(Pull(ref, "vda"))
    shoot(blank)
    await driver.until_domain("blank", lambda d: d.state is State.OFF)
    assert now(blank) == history(1, 2, 3)
