"""The progress of real jobs is seen as it is, whoever began them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import libvirt
import pytest

from kvmtui.host.virt import sizes
from kvmtui.model.job import Job, JobKind
from kvmtui.model.world import World
from kvmtui.plans.wishes import Create, Delete, Merge
from tests.host.conftest import Embedded, NewMachine
from tests.host.content import history, now, scatter, scribble
from tests.host.driver import Driver, driving
from tests.host.machine import Machine
from tests.lab.disk import holds

pytestmark = pytest.mark.embed

SLOW = 2 * 2**20
"""Bytes per second, of 4 MiB: about two seconds."""
FOUND = 10.0
"""Seconds within which what others do is seen."""


@pytest.fixture
async def slow(embedded: Embedded, tmp_path: Path) -> AsyncIterator[Driver]:
    """A fleet whose own merges are slow."""
    async with driving(embedded, tmp_path / "state", bandwidth=SLOW) as made:
        yield made


@pytest.fixture
async def heavy(slow: Driver, new_machine: NewMachine) -> Machine:
    """A running machine with one snapshot, above which 4 MiB lie in 64 places."""
    machine = new_machine()
    ref = await slow.meet("m")
    await slow.carry_out(Create(ref, "s1"))
    scribble(machine, 1)
    scatter(machine.sources()["vda"], 0x77)
    machine.start()
    await slow.until_domain("m", lambda d: d.state.active)
    slow.worlds.clear()
    return machine


def seen(worlds: Sequence[World]) -> list[Job]:
    """Every job that any of the worlds showed."""
    return [job for world in worlds for domain in world.hosts[0].domains for job in domain.jobs]


def assert_moves(jobs: list[Job], bandwidth: int) -> None:
    """At least three different percentages, none smaller than the one before."""
    percentages = [int(job.fraction * 100) for job in jobs]
    assert len(set(percentages)) >= 3, percentages
    assert percentages == sorted(percentages)
    assert {job.kind for job in jobs} == {JobKind.ACTIVE_COMMIT}
    assert {job.bandwidth for job in jobs} == {bandwidth}
    assert any(job.rate for job in jobs)
    first_ready = next((n for n, job in enumerate(jobs) if job.ready), len(jobs))
    assert all(job.fraction == 1.0 for job in jobs[first_ready:])


async def test_an_own_commit_is_seen_moving_and_gone_afterwards(
    slow: Driver, heavy: Machine
) -> None:
    await slow.carry_out(Merge(slow.ref("m"), "vda", str(heavy.disks[0])))
    assert_moves(seen(slow.worlds), SLOW)
    assert slow.domain("m").jobs == ()
    busy = {world.hosts[0].domains[0].busy for world in slow.worlds} - {""}
    assert busy == {
        "note when the images of “s1” were written last (vda)",
        "merge the layers of vda down into m-vda.qcow2",
        "wait until the job of vda is ready",
        "switch vda over to m-vda.qcow2",
        "forget the record of snapshot “s1”",
    }


async def test_a_job_that_another_client_began_is_seen_moving_and_gone_afterwards(
    slow: Driver, heavy: Machine
) -> None:
    slow.fleet.select(None)
    bandwidth = SLOW // 4
    flags = libvirt.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE | libvirt.VIR_DOMAIN_BLOCK_COMMIT_BANDWIDTH_BYTES
    heavy.handle.blockCommit("vda", None, None, bandwidth, flags)
    await slow.until_domain("m", lambda d: d.jobs, FOUND, "the job is seen")
    assert slow.domain("m").busy == ""
    await slow.until_domain("m", lambda d: d.jobs and d.jobs[0].fraction > 0.5, 20, "the job moves")
    assert_moves(seen(slow.worlds), bandwidth)
    config = slow.domain("m").config
    assert config is not None
    assert config.disks[0].mirror is not None
    heavy.handle.blockJobAbort("vda", 0)
    await slow.until_domain("m", lambda d: not d.jobs, 2, "the job is gone")
    await slow.until_domain(
        "m", lambda d: d.config is not None and d.config.disks[0].mirror is None, 2, "no mirror"
    )


async def test_a_pivot_by_another_client_shows_the_shorter_chain_at_once(
    slow: Driver, heavy: Machine
) -> None:
    heavy.handle.blockCommit("vda", None, None, 0, libvirt.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE)
    await slow.until_domain("m", lambda d: d.jobs and d.jobs[0].ready, FOUND, "READY")
    heavy.handle.blockJobAbort("vda", libvirt.VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT)
    await slow.until_domain(
        "m", lambda d: d.config is not None and d.config.depth == 1 and not d.jobs, FOUND, "chain"
    )


async def test_a_delete_of_a_snapshot_keeps_the_data_and_says_what_it_does(
    slow: Driver, heavy: Machine
) -> None:
    await slow.carry_out(Delete(slow.ref("m"), "s1"))
    assert slow.domain("m").jobs == ()
    assert slow.domain("m").busy == ""
    busy = {world.hosts[0].domains[0].busy for world in slow.worlds} - {""}
    assert busy == {"note when the images of “s1” were written last (vda)", "delete snapshot “s1”"}
    assert heavy.chain() == ("m-vda.qcow2",)
    assert now(heavy)[:3] == history(1)[:3]
    assert holds(heavy.sources()["vda"], 0x77, offset=2**22)


async def test_qemu_is_asked_for_no_sizes_until_it_is_known_that_no_job_runs(
    embedded: Embedded, new_machine: NewMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """QEMU 7.2 crashes when it is asked for them while a pull ends."""
    machine = new_machine()
    async with driving(embedded, tmp_path / "before") as made:
        await made.carry_out(Create(await made.meet("m"), "s1"))
    scatter(machine.disks[0], 0x77)
    machine.start()
    machine.handle.blockPull("vda", SLOW // 4, libvirt.VIR_DOMAIN_BLOCK_PULL_BANDWIDTH_BYTES)
    asked: list[bool] = []
    ask = sizes._running

    def running(handle: Any, domain: Any) -> sizes.Sizes:
        asked.append(bool(domain.blockJobInfo("vda", 0)))
        return ask(handle, domain)

    monkeypatch.setattr(sizes, "_running", running)
    async with driving(embedded, tmp_path / "state") as made:
        await made.meet("m")
        await made.until_domain("m", lambda d: d.jobs and d.jobs[0].fraction > 0.1, what="goes on")
        assert not asked
        machine.handle.blockJobSetSpeed("vda", 0, 0)
        await made.until_domain("m", lambda d: not d.jobs and d.config and d.config.depth == 1)
        await made.until(lambda _: asked, what="sizes are read")
        assert not any(asked)
    machine.flush()
    assert holds(machine.sources()["vda"], 0x77, offset=2**22)


def test_a_machine_that_has_just_stopped_has_no_jobs(
    embedded: Embedded, new_machine: NewMachine
) -> None:
    machine = new_machine()
    assert embedded.open().jobs(machine.handle.UUIDString(), ("vda",)) == ()
