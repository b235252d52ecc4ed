"""Storage that answers no more amid a commit, while QEMU's monitor does: told, and waited for."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kvmtui.host.perform import Outcome
from kvmtui.model.domain import State
from kvmtui.model.world import Ref
from kvmtui.plans.plan import Plan
from kvmtui.plans.wishes import Cancel, Create, Merge, Wish
from tests.host.driver import Driver
from tests.lab import disk, sources
from tests.lab.conftest import NewBlank
from tests.lab.domain import LabDomain

pytestmark = pytest.mark.lab

FAR = "nbd:data"
"""The base of vdb as kvmtui calls it."""


@pytest.fixture
def far(tmp_path: Path) -> Iterator[int]:
    """The pid of a server of the raw image `far`, at the socket `nbd`."""
    image, socket = tmp_path / "far", tmp_path / "nbd"
    image.write_bytes(b"\x22" * disk.PAGE + bytes(2**24 - disk.PAGE))
    with sources.served(image, "data", socket):
        yield int(Path(f"{socket}.pid").read_text())


@pytest.fixture
def domain(new_blank: NewBlank, far: int, tmp_path: Path) -> LabDomain:
    """A running domain whose vdb is an overlay on what is served, and another one beside it."""
    made = new_blank()
    sources.attach(made, "network", "raw", sources.nbd("data", tmp_path / "nbd"))
    made.start()
    new_blank("other").start()
    words = ("blank", "s1", "--disk-only", "--atomic", "--diskspec", "vda,snapshot=no")
    over = f"vdb,snapshot=external,file={tmp_path}/over.qcow2"
    made.daemon.virsh("snapshot-create-as", *words, "--diskspec", over)
    made.write("vdb", 0x33)
    return made


@pytest.fixture
async def ref(driver: Driver, domain: LabDomain) -> Ref:
    await driver.meet("other")  # a merge is refused until it is known what others use
    return await driver.meet("blank")


@asynccontextmanager
async def hanging(driver: Driver, server: int, wish: Wish) -> AsyncIterator[asyncio.Task[Outcome]]:
    """While the server of the storage is stopped, and the wish is being carried out on it."""
    plan = await driver.plan(wish)
    assert isinstance(plan, Plan), plan
    os.kill(server, signal.SIGSTOP)
    try:
        performing = asyncio.create_task(driver.fleet.perform(plan))
        await driver.until_domain("blank", lambda d: d.job("vdb") is not None, what="it merges")
        yield performing
    finally:
        os.kill(server, signal.SIGCONT)


async def assert_free(driver: Driver) -> None:
    """The other domain is not held up, and the job is shown where it stands."""
    begun = time.monotonic()
    await driver.carry_out(Create(driver.ref("other"), "s1"))
    assert time.monotonic() - begun < 5
    job = driver.domain("blank").job("vdb")
    assert job is not None
    assert (job.done, job.ready) == (0, False)
    assert driver.domain("blank").state is State.RUNNING


def served(tmp_path: Path) -> bytes:
    """The first byte of what is served."""
    with (tmp_path / "far").open("rb") as file:
        return file.read(1)


async def test_a_commit_stands_still_until_its_storage_answers(
    driver: Driver, ref: Ref, far: int, tmp_path: Path
) -> None:
    async with hanging(driver, far, Merge(ref, "vdb", FAR)) as merging:
        await assert_free(driver)
        assert not merging.done()
        assert driver.domain("blank").silence is None, "QEMU itself answers"
    outcome = await asyncio.wait_for(merging, 30)
    assert outcome.ok, outcome.says
    assert served(tmp_path) == b"\x33"


async def test_it_is_cancelled_as_soon_as_its_storage_answers(
    driver: Driver, ref: Ref, far: int, tmp_path: Path, domain: LabDomain
) -> None:
    async with hanging(driver, far, Merge(ref, "vdb", FAR)) as merging:
        await assert_free(driver)
        plan = await driver.plan(Cancel(ref, "vdb"))
        assert isinstance(plan, Plan), plan
        cancelling = asyncio.create_task(driver.fleet.perform(plan))
        await driver.until_domain("blank", lambda d: d.silence is not None, what="it is told")
        assert not cancelling.done()
    cancelled = await asyncio.wait_for(cancelling, 30)
    assert cancelled.ok, cancelled.says
    assert not (await asyncio.wait_for(merging, 30)).ok
    assert domain.sources()["vdb"] == tmp_path / "over.qcow2"
    assert domain.holds("vdb", 0x33)
    assert driver.domain("blank").silence is None
