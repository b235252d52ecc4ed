"""Real jobs that do not get on, and what is told of them when no event comes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import libvirt
import pytest

from kvmtui.host.watch import Watch
from tests.host.conftest import Embedded, NewMachine
from tests.host.content import history, now
from tests.host.driver import Driver, driving
from tests.host.writing import heavy, writing

pytestmark = pytest.mark.embed

LIMIT = 8 * 2**20
"""Bytes per second."""

COMMIT = libvirt.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE | libvirt.VIR_DOMAIN_BLOCK_COMMIT_BANDWIDTH_BYTES


async def test_a_guest_that_writes_faster_than_a_job_copies_is_told_and_so_is_its_end(
    driver: Driver, new_machine: NewMachine
) -> None:
    machine = heavy(new_machine)
    await driver.meet("m")
    async with writing(machine, 12):
        machine.handle.blockCommit("vda", None, None, LIMIT, COMMIT)
        await driver.until_domain(
            "m", lambda d: d.jobs and not d.jobs[0].converges, 40, "does not converge"
        )
        (job,) = driver.domain("m").jobs
        assert job.rate is not None
        assert 0 < job.rate < 2 * LIMIT
        assert job.left is None
    await driver.until_domain(
        "m", lambda d: d.jobs and d.jobs[0].converges and d.jobs[0].left, 40, "it converges"
    )
    machine.handle.blockJobSetSpeed("vda", 0, 0)
    await driver.until_domain("m", lambda d: d.jobs and d.jobs[0].ready, 40, "READY")
    machine.handle.blockJobAbort("vda", libvirt.VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT)
    assert now(machine) == history(1)


@pytest.fixture
async def deaf(
    embedded: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Driver]:
    """A fleet that no event reaches."""
    monkeypatch.setattr(Watch, "_happened", lambda *_: None)
    async with driving(embedded, tmp_path / "state") as made:
        yield made


async def test_ready_is_seen_although_its_event_was_lost(
    deaf: Driver, new_machine: NewMachine
) -> None:
    machine = heavy(new_machine)
    await deaf.meet("m")
    machine.handle.blockCommit("vda", None, None, LIMIT // 8, COMMIT)
    await deaf.until_domain("m", lambda d: d.jobs, 20, "the job is seen")
    assert not deaf.domain("m").jobs[0].ready
    machine.handle.blockJobSetSpeed("vda", 0, 0)
    await deaf.until_domain("m", lambda d: d.jobs and d.jobs[0].ready, 20, "READY is seen")

    def mirrored(domain: object) -> object:
        config = deaf.domain("m").config
        return config and config.disks[0].mirror and config.disks[0].mirror.ready

    await deaf.until_domain("m", mirrored, 5, "the definition is read again")
