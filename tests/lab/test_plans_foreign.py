"""Jobs that virsh has begun: shown, cancelled and switched over like kvmtui's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from kvmtui.model.job import JobKind
from kvmtui.plans.wishes import Cancel, Finish, Revert
from tests.host.content import history, now, scatter, scribble
from tests.host.driver import Driver
from tests.lab import disk
from tests.lab.agreement import agree
from tests.lab.conftest import NewBlank
from tests.lab.domain import LabDomain
from tests.lab.proof import Proves
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab

SLOW = str(2**18)
"""Bytes per second, of 4 MiB."""
FAR = 2**22
"""Where the many places of a layer begin."""


@pytest.fixture
async def deep(driver: Driver, virsh: Virsh, new_blank: NewBlank) -> LabDomain:
    """A running domain with s1 to s3; 4 MiB of 0x77 lie below s3, and of 0x78 above it."""
    domain = new_blank(mib=24)
    for number in (1, 2, 3):
        scribble(domain, number)
        virsh("snapshot-create-as", "blank", f"s{number}", "--disk-only", "--atomic")
        if number > 1:
            scatter(domain.sources()["vda"], 0x75 + number, count=60, step=(2 + number) * 2**16)
    scribble(domain, 4)
    domain.start()
    await driver.meet("blank")
    return domain


def layer(domain: LabDomain, snapshot: str) -> Path:
    """The overlay of a snapshot, as libvirt names it."""
    return domain.disks[0].with_suffix(f".{snapshot}")


async def begin(driver: Driver, virsh: Virsh, kind: JobKind, *words: str | Path) -> None:
    """Has virsh begin a slow job, and waits until that is seen."""
    command, *rest = map(str, words)
    virsh(command, "blank", "vda", *rest, "--bytes", "--bandwidth", SLOW)
    await driver.until_domain(
        "blank", lambda d: [job.kind for job in d.jobs] == [kind], what="the job is seen"
    )


async def back_to(driver: Driver, domain: LabDomain, *numbers: int) -> None:
    """Each of these snapshots brings back exactly what it was taken of."""
    for number in numbers:
        await driver.carry_out(Revert(driver.ref("blank"), f"s{number}", safety=False))
        assert now(domain) == history(*range(1, number + 1))


def jobs(domain: LabDomain) -> dict[str, tuple[JobKind, Sequence[str | Path], Sequence[int]]]:
    """What virsh begins, and the snapshots that can still be gone back to when it is cancelled."""
    copy = domain.disks[0].with_name("copy.qcow2")
    inner = ("--top", layer(domain, "s2"), "--base", layer(domain, "s1"))
    return {
        "an active commit": (
            JobKind.ACTIVE_COMMIT,
            ("blockcommit", "--active", "--base", layer(domain, "s1")),
            (1,),
        ),
        "a commit of inner layers": (JobKind.COMMIT, ("blockcommit", *inner), (3, 1)),
        "a pull": (JobKind.PULL, ("blockpull",), (3, 2, 1)),
        "a copy": (
            JobKind.COPY,
            ("blockcopy", "--dest", copy, "--format", "qcow2", "--transient-job"),
            (3, 2, 1),
        ),
    }


@pytest.mark.parametrize(
    "job", ["an active commit", "a commit of inner layers", "a pull", "a copy"]
)
async def test_cancelled_the_guest_goes_on_in_the_same_layers(
    job: str, driver: Driver, proves: Proves, virsh: Virsh, deep: LabDomain
) -> None:
    kind, words, kept = jobs(deep)[job]
    await begin(driver, virsh, kind, *words)
    plan = await proves(
        f"merge: cancel {job} that virsh has begun", Cancel(driver.ref("blank"), "vda")
    )
    assert plan
    for number in {1, 2, 3} - {*kept}:
        assert f"“s{number}”" in str(plan.losses)
    await driver.until_domain("blank", lambda d: not d.jobs, what="no job is shown")
    agree(driver, virsh, "blank")
    assert deep.sources()["vda"] == layer(deep, "s3")
    assert now(deep) == history(1, 2, 3, 4)
    assert deep.holds("vda", 0x78, offset=FAR)
    await back_to(driver, deep, *kept)


async def test_a_copy_is_switched_over(
    driver: Driver, proves: Proves, virsh: Virsh, deep: LabDomain
) -> None:
    kind, words, _ = jobs(deep)["a copy"]
    await begin(driver, virsh, kind, *words)
    assert await driver.refused(Finish(driver.ref("blank"), "vda")) == "not ready"
    virsh("blockjob", "blank", "vda", "--bandwidth", "0")
    await driver.until_domain("blank", lambda d: d.jobs and d.jobs[0].ready, what="READY is seen")
    wish = Finish(driver.ref("blank"), "vda")
    assert await proves("merge: switch over a copy that virsh has begun (pivot)", wish)
    agree(driver, virsh, "blank")
    copy = deep.disks[0].with_name("copy.qcow2")
    assert deep.sources()["vda"] == copy
    assert now(deep) == history(1, 2, 3, 4)
    assert disk.holds(copy, 0x78, offset=FAR)
    await back_to(driver, deep, 3, 1)
