"""Saving the RAM of a real guest is followed while it lasts, and can be given up."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from kvmtui.host import reader
from kvmtui.model.domain import State
from kvmtui.model.job import Job, JobKind
from kvmtui.model.world import Ref
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Cancel, Create, Switch, Wish
from tests.host.driver import Driver
from tests.lab.daemon import Daemon
from tests.lab.guest import GuestDomain
from tests.lab.proof import Proves

pytestmark = pytest.mark.lab

WRITER = "libvirt_iohelper"
"""What copies the RAM from QEMU's pipe into the file."""


WAYS = {
    "managed": "a managed save",
    "file": "saving to a file",
    "paused": "a snapshot with RAM in a file",
    "live": "a snapshot with RAM in a file, the guest runs on meanwhile",
}


def writers(daemon: Daemon) -> list[int]:
    """The processes that write a file for the daemon now."""
    found = []
    for task in Path(f"/proc/{daemon.pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            with suppress(OSError):
                if WRITER in Path(f"/proc/{child}/cmdline").read_text():
                    found.append(int(child))
    return found


@contextmanager
def held(daemon: Daemon) -> Iterator[None]:
    """Whatever begins to be written meanwhile stands still until the end of the block."""
    over, stopped = Event(), set[int]()

    def hold() -> None:
        while not over.wait(0.001):
            with suppress(OSError):
                for pid in set(writers(daemon)) - stopped:
                    os.kill(pid, signal.SIGSTOP)
                    stopped.add(pid)

    holder = Thread(target=hold)
    holder.start()
    try:
        yield
    finally:
        over.set()
        holder.join()
        for pid in stopped:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def saves(ref: Ref, way: str, folder: Path) -> Wish:
    """The ways to save RAM."""
    file = str(folder / "ram")
    wishes: dict[str, Wish] = {
        "managed": Switch(ref, Verb.SAVE),
        "file": Switch(ref, Verb.SAVE_TO, file),
        "paused": Create(ref, "s1", how="ram", memory_file=file),
        "live": Create(ref, "s1", how="ram", memory_file=file, live=True),
    }
    return wishes[way]


def saves_ram(job: Job) -> bool:
    """Whether it says how far it is."""
    return job.kind is JobKind.MEMORY and job.total > 0


def images(folder: Path) -> list[Path]:
    """The files that are there for the guest."""
    return sorted(path for path in folder.iterdir() if path.is_file())


@pytest.mark.parametrize("way", WAYS)
async def test_given_up_the_guest_goes_on_and_nothing_is_left(
    way: str,
    driver: Driver,
    proves: Proves,
    daemon: Daemon,
    guest: GuestDomain,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "PREPARED", 4.0)  # asked too early, it answers only at the end
    ref = await driver.meet("guest")
    guest.run("echo then > /tmp/memory")
    plan = await driver.plan(saves(ref, way, tmp_path))
    assert isinstance(plan, Plan), plan
    before = images(tmp_path)
    with held(daemon):
        saving = asyncio.create_task(driver.fleet.perform(plan))
        await driver.until_domain("guest", lambda d: any(map(saves_ram, d.jobs)), what="the job")
        assert await proves(f"RAM: give up {WAYS[way]}", Cancel(ref, ""))
    outcome = await saving
    assert not outcome.ok
    assert "cancel" in outcome.error
    await driver.until_domain("guest", lambda d: d.state is State.RUNNING and not d.jobs)
    assert images(tmp_path) == before
    config, forest = driver.domain("guest").config, driver.domain("guest").forest
    assert config is not None
    assert forest is not None
    assert not config.managed_save
    assert not forest.snapshots
    assert guest.run("cat /tmp/memory") == "then\n"
