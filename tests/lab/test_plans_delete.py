"""Deletes on real daemons: several at once, as commits, and the files that would stay behind."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kvmtui.host.virt import Opener
from kvmtui.plans.steps import Commit, RemoveFile
from kvmtui.plans.wishes import Cancel, Create, Delete, Revert
from tests.host.content import history, now, scatter, scribble
from tests.host.driver import Driver, driving
from tests.lab.agreement import agree
from tests.lab.conftest import NewBlank
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain
from tests.lab.proof import Proves
from tests.lab.three import preserved
from tests.lab.virsh import Virsh, VirshFailed

pytestmark = pytest.mark.lab

HELD = {f"s{n}": history(*range(1, n + 1)) for n in range(1, 5)}
WHOLE = history(1, 2, 3, 4, 5)
COMMITTED = {"cancellable": True}
SLOW = 2 * 2**18
"""Bytes per second."""


@pytest.fixture(params=["running", "off"])
async def four(driver: Driver, new_blank: NewBlank, request: pytest.FixtureRequest) -> LabDomain:
    """Snapshots s1 to s4, with the scribbles 1 to 4 made before each, and 5 after the last."""
    made = new_blank(mib=24)
    if request.param == "running":
        made.start()
    ref = await driver.meet("blank")
    for number in range(1, 5):
        scribble(made, number)
        await driver.carry_out(Create(ref, f"s{number}"))
    scribble(made, 5)
    return made


def whole(driver: Driver, virsh: Virsh, domain: LabDomain, *names: str) -> None:
    """virsh agrees, these snapshots are left with their content, and no file without use."""
    agree(driver, virsh, "blank")
    known = driver.domain("blank")
    assert known.forest is not None
    assert known.config is not None
    assert {snapshot.name for snapshot in known.forest.snapshots} == set(names)
    for name in names:
        assert preserved(driver, name) == HELD[name], name
    layers = {Path(layer.source) for layer in known.config.disks[0].layers}
    assert set(domain.disks[0].parent.glob("*.qcow2")) == layers


@pytest.mark.parametrize(
    ("what", "wish", "stay"),
    [
        ("the middle one and all below it", {"snapshot": "s2", "children": True}, ("s1",)),
        ("the root and all below it", {"snapshot": "s1", "children": True}, ()),
        ("all below one", {"snapshot": "s2", "children": True, "itself": False}, ("s1", "s2")),
        ("several marked", {"snapshot": "s4", "marked": ("s1", "s2")}, ("s3",)),
        (
            "several marked, by commits",
            {**COMMITTED, "snapshot": "s4", "marked": ("s1", "s2")},
            ("s3",),
        ),
        ("the root", {"snapshot": "s1"}, ("s2", "s3", "s4")),
        ("the root, by a commit", {**COMMITTED, "snapshot": "s1"}, ("s2", "s3", "s4")),
        ("the middle one, by a commit", {**COMMITTED, "snapshot": "s2"}, ("s1", "s3", "s4")),
        ("the leaf, by a commit", {**COMMITTED, "snapshot": "s4"}, ("s1", "s2", "s3")),
    ],
    ids=[
        "below",
        "all",
        "only below",
        "three",
        "commit three",
        "root",
        "commit root",
        "commit middle",
        "commit leaf",
    ],
)
async def test_what_stays_is_as_it_was(
    driver: Driver,
    proves: Proves,
    virsh: Virsh,
    four: LabDomain,
    what: str,
    wish: dict[str, Any],
    stay: tuple[str, ...],
) -> None:
    ref, state = driver.ref("blank"), four.state
    plan = await proves(f"delete: external, {what}, {four.power}", Delete(ref, **wish))
    assert plan
    assert len(plan.losses) == 4 - len(stay)
    assert any(isinstance(step, Commit) for step in plan.steps) == wish.get("cancellable", False)
    assert four.state == state
    assert now(four) == WHOLE
    whole(driver, virsh, four, *stay)
    for name in stay:
        await driver.carry_out(Revert(ref, name, safety=False))
        agree(driver, virsh, "blank")
        assert now(four) == HELD[name], name


@pytest.mark.parametrize("first", ["s1", "s2"])
async def test_libvirt_itself_deletes_what_commits_have_left(
    driver: Driver, virsh: Virsh, four: LabDomain, first: str
) -> None:
    await driver.carry_out(Delete(driver.ref("blank"), first, cancellable=True))
    for name in sorted({*HELD} - {first}):
        if four.state == "shut off" and driver.host.facts.libvirt < 10_000_000:
            await driver.carry_out(Delete(driver.ref("blank"), name))
        else:
            await asyncio.to_thread(virsh, "snapshot-delete", "blank", name)
        assert now(four) == WHOLE, name
    await driver.fleet.fresh(driver.ref("blank"))
    whole(driver, virsh, four)


async def test_a_whole_branch_goes_with_the_snapshot_it_hangs_on(
    driver: Driver, virsh: Virsh, four: LabDomain
) -> None:
    ref = driver.ref("blank")
    await driver.carry_out(Revert(ref, "s3"))
    scribble(four, 6)
    await driver.carry_out(Delete(ref, "s3", children=True))
    assert now(four) == history(1, 2, 3, 6)
    whole(driver, virsh, four, "s1", "s2")


@pytest.mark.parametrize("name", ["s1", "s2", "s3"])
async def test_a_forgotten_record_spoils_none_below_it(
    driver: Driver, virsh: Virsh, four: LabDomain, name: str
) -> None:
    ref = driver.ref("blank")
    await driver.carry_out(Delete(ref, name, metadata_only=True))
    agree(driver, virsh, "blank")
    for other in sorted({*HELD} - {name}):
        assert preserved(driver, other) == HELD[other], other
        await driver.carry_out(Revert(ref, other, safety=False))
        assert now(four) == HELD[other], other


async def test_cancelled_half_way_nothing_above_has_lost_a_byte(
    driver: Driver, daemon: Daemon, virsh: Virsh, new_blank: NewBlank, tmp_path: Path
) -> None:
    made = new_blank(mib=24)
    ref = await driver.meet("blank")
    for number in (1, 2):
        scribble(made, number)
        await driver.carry_out(Create(ref, f"s{number}"))
        scatter(made.sources()["vda"], 0x70 + number)
    made.start()
    async with driving(Opener(daemon.remote), tmp_path / "slow", bandwidth=SLOW) as slow:
        await slow.meet("blank")
        deleting = asyncio.create_task(slow.attempt(Delete(ref, "s1", cancellable=True)))
        await slow.until_domain("blank", lambda d: d.jobs and d.jobs[0].fraction > 0.2)
        await slow.carry_out(Cancel(ref, "vda"))
        assert "ended before it was done" in (await deleting).says
    await driver.fleet.fresh(ref)
    agree(driver, virsh, "blank")
    assert virsh("snapshot-list", "blank", "--name") == "s2"
    assert preserved(driver, "s2") == history(1, 2)
    assert now(made) == history(1, 2)
    await driver.carry_out(Revert(ref, "s2"))
    assert now(made) == history(1, 2)


def ram_files(folder: Path) -> list[Path]:
    return list(folder.glob("*.mem"))


def pooled(virsh: Virsh, folder: Path) -> bool:
    """Makes the folder a storage pool, where the daemon has a storage driver."""
    with suppress(VirshFailed):
        virsh("pool-create-as", "images", "dir", "--target", str(folder))
        return True
    return False


async def test_a_ram_file_goes_by_the_pool_where_there_is_one(
    daemon: Daemon, virsh: Virsh, new_blank: NewBlank, tmp_path: Path
) -> None:
    made = new_blank(mib=24)
    made.start()
    has_pool = pooled(virsh, tmp_path)
    try:
        async with driving(Opener(daemon.remote), tmp_path / "state") as driver:
            ref = await driver.meet("blank")
            await driver.carry_out(Create(ref, "s1", how="ram"))
            (ram,) = ram_files(tmp_path)
            plan = await driver.carry_out(Delete(ref, "s1", metadata_only=True, ram_file=True))
            assert plan.steps[-1] == RemoveFile("blank", str(ram), has_pool)
            assert ram_files(tmp_path) == []
    finally:
        if has_pool:
            virsh("pool-destroy", "images")
