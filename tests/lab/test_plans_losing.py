"""Jobs that libvirt has lost half of, as it died when they began: the wrong end kills it again."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import libvirt
import pytest

from kvmtui.plans.plan import Plan
from kvmtui.plans.wishes import Cancel, Finish, Merge, Move
from tests.host.content import history, now, scatter, scribble
from tests.host.driver import Driver
from tests.lab import losing
from tests.lab.conftest import NewBlank
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain
from tests.lab.patience import eventually

T = TypeVar("T")

pytestmark = pytest.mark.lab

SLOW = 2**18
"""Bytes per second, of 4 MiB."""
FAR = 2**22
"""Where the many places of the active layer begin."""


@pytest.fixture
def layered(new_blank: NewBlank, daemon: Daemon) -> Iterator[LabDomain]:
    """A running domain with much in its active layer; a daemon that dies of it comes back."""
    domain = new_blank(mib=24)
    scribble(domain, 1)
    daemon.virsh("snapshot-create-as", "blank", "s1", "--disk-only", "--atomic")
    scribble(domain, 2)
    scatter(domain.sources()["vda"], 0x77)
    domain.start()
    yield domain
    daemon.start()


def commit(domain: LabDomain) -> Callable[[], object]:
    """Slowly, the active layer into the one below."""
    flags = libvirt.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE
    flags |= libvirt.VIR_DOMAIN_BLOCK_COMMIT_BANDWIDTH_BYTES
    return lambda: domain.handle.blockCommit("vda", None, None, SLOW, flags)


@pytest.fixture
def copied(layered: LabDomain, tmp_path: Path) -> LabDomain:
    """The same, while libvirt has half forgotten the copy of that disk to another file."""
    words = ("vda", str(tmp_path / "copy.qcow2"), "--bytes", "--bandwidth", str(SLOW))
    layered.daemon.virsh("blockcopy", "blank", *words, "--format", "qcow2", "--transient-job")
    losing.forget(layered)
    return layered


def is_whole(domain: LabDomain) -> bool:
    domain.flush()
    return now(domain) == history(1, 2) and domain.holds("vda", 0x77, offset=FAR)


async def soon(doing: Awaitable[T]) -> T:
    """A plan waits for a daemon that is dead."""
    return await asyncio.wait_for(doing, 30)


def dies(domain: LabDomain, flags: int) -> None:
    """The daemon must die of how libvirt itself ends the job."""
    with pytest.raises(libvirt.libvirtError, match="End of file"):
        domain.handle.blockJobAbort("vda", flags)
    eventually(lambda: not domain.daemon.lives, "the daemon is dead")
    domain.daemon.start()


async def test_a_commit_that_libvirt_has_half_forgotten_is_not_cancelled(
    driver: Driver, layered: LabDomain
) -> None:
    await asyncio.to_thread(losing.lose, layered, commit(layered))
    ref = await driver.meet("blank")
    await driver.until_domain("blank", lambda d: d.job("vda") is not None, what="it is found")
    outcome = await soon(driver.attempt(Cancel(ref, "vda")))
    assert "libvirt died when the commit began, and would die again" in outcome.error
    assert await driver.refused(Finish(ref, "vda")) == "not ready"
    await asyncio.to_thread(losing.finish, layered)
    assert not (await soon(driver.attempt(Cancel(ref, "vda")))).ok
    assert layered.daemon.lives
    line = outcome.error.partition("`")[2].partition("`")[0]
    await asyncio.to_thread(layered.daemon.virsh, *shlex.split(line)[1:])
    await driver.until_domain("blank", lambda d: not d.jobs, what="what was named has ended it")
    assert layered.sources()["vda"] == layered.disks[0]
    assert layered.daemon.lives
    assert is_whole(layered)


def test_to_cancel_it_by_virsh_is_the_end_of_libvirt(layered: LabDomain) -> None:
    losing.lose(layered, commit(layered))
    dies(layered, 0)
    assert is_whole(layered)


async def test_a_commit_whose_daemon_dies_as_it_begins_comes_to_its_end(
    driver: Driver, layered: LabDomain
) -> None:
    ref = await driver.meet("blank")
    for _ in range(losing.TRIES):
        plan = await driver.plan(Merge(ref, "vda", str(layered.disks[0]), limit="256K"))
        assert isinstance(plan, Plan), plan
        performing = asyncio.create_task(driver.fleet.perform(plan))
        struck = await asyncio.to_thread(losing.strike, layered, performing.done)
        if struck and losing.is_lost(layered):
            break
        losing.end(layered)
        await soon(performing)
    await asyncio.to_thread(losing.finish, layered)
    outcome = await soon(performing)
    assert outcome.ok, outcome.says
    assert layered.daemon.lives
    assert layered.sources()["vda"] == layered.disks[0]
    assert is_whole(layered)


async def test_a_copy_that_libvirt_has_half_forgotten_is_cancelled(
    driver: Driver, copied: LabDomain
) -> None:
    ref = await driver.meet("blank")
    await driver.until_domain("blank", lambda d: d.job("vda") is not None, what="it is found")
    await asyncio.to_thread(losing.finish, copied)
    assert await driver.refused(Finish(ref, "vda")) == "not ready"
    await soon(driver.carry_out(Cancel(ref, "vda")))
    assert copied.daemon.lives
    assert is_whole(copied)


def test_to_switch_it_over_by_virsh_is_the_end_of_libvirt(copied: LabDomain) -> None:
    losing.finish(copied)
    dies(copied, libvirt.VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT)
    assert is_whole(copied)


async def test_a_move_whose_daemon_dies_as_it_begins_is_given_up(
    driver: Driver, layered: LabDomain, tmp_path: Path
) -> None:
    ref = await driver.meet("blank")
    plan = await driver.plan(Move(ref, "vda", str(tmp_path / "new.qcow2"), limit="256K"))
    assert isinstance(plan, Plan), plan
    performing = asyncio.create_task(driver.fleet.perform(plan))
    await driver.until_domain("blank", lambda d: d.job("vda") is not None, what="it has begun")
    await asyncio.to_thread(losing.forget, layered)
    await asyncio.to_thread(losing.finish, layered)
    outcome = await soon(performing)
    assert "libvirt died when the copy began and cannot switch over" in outcome.error
    assert layered.daemon.lives
    assert is_whole(layered)
