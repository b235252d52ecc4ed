"""Merges into a base whose file system fills up: told, and nothing but the merge is lost."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import Commit
from kvmtui.plans.wishes import Create, Delete, Merge, Move, Revert, Wish
from tests.host.conftest import Embedded
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine, define
from tests.lab.disk import holds

pytestmark = [
    pytest.mark.embed,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a file system"),
]

MIB = 2**20
AT, MUCH = 4 * MIB, 6 * MIB
"""What is merged lies there."""


def mount(*argv: str) -> None:
    subprocess.run(["mount", *argv], check=True)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=12m", "kvmtui", str(folder))
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def confined(embedded: Embedded, small: Path) -> Iterator[Machine]:
    """A running machine whose base has little room."""
    machine = define(embedded.handle, "m", small, mib=64)
    machine.start()
    yield machine
    machine.remove()


def fill(folder: Path, but: int) -> Path:
    """Leaves no byte free, or just so many."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    assert os.statvfs(folder).f_bavail == 0
    os.truncate(filler, filler.stat().st_size - but)
    return filler


async def layered(driver: Driver, machine: Machine, folder: Path, *names: str) -> None:
    """Snapshots whose overlays lie where there is room; much is written above the first."""
    ref = await driver.meet("m")
    for number, name in enumerate(names, 1):
        overlay = folder / f"{name}.qcow2"
        await driver.carry_out(Create(ref, name, files=(("vda", str(overlay)),)))
        scribble(machine, number)
        if number == 1:
            machine.write("vda", 0x77, offset=AT, length=MUCH)


async def fails(driver: Driver, wish: Wish, folder: Path, but: int = 0) -> str:
    """What is told of a plan during which the file system is full."""
    plan = await driver.plan(wish)
    assert isinstance(plan, Plan), plan
    filler = fill(folder, but)
    outcome = await driver.fleet.perform(plan)
    filler.unlink()
    assert not outcome.ok
    return outcome.says


async def test_a_commit_that_finds_no_room_says_so_and_can_be_had_later(
    driver: Driver, confined: Machine, small: Path, tmp_path: Path
) -> None:
    await layered(driver, confined, tmp_path, "s1")
    base = confined.disks[0]
    wish = Merge(driver.ref("m"), "vda", str(base))
    says = await fails(driver, wish, small)
    assert "the job of vda ended before it was ready" in says
    assert f"0B are free on the file system of {base}" in says
    assert "the guest goes on in the same layers as before" in says
    assert confined.running
    assert confined.chain() == ("s1.qcow2", "m-vda.qcow2")
    scribble(confined, 2)
    assert now(confined) == history(1, 2)
    assert holds(confined.sources()["vda"], 0x77, offset=AT, length=MUCH)
    await driver.carry_out(wish)
    assert confined.chain() == ("m-vda.qcow2",)
    assert now(confined) == history(1, 2)
    assert holds(base, 0x77, offset=AT, length=MUCH)


async def test_a_merge_below_the_active_layer_says_so_too(
    driver: Driver, confined: Machine, small: Path, tmp_path: Path
) -> None:
    await layered(driver, confined, tmp_path, "s1", "s2")
    says = await fails(driver, Delete(driver.ref("m"), "s1", cancellable=True), small)
    assert f"0B are free on the file system of {confined.disks[0]}" in says
    assert "the guest goes on in the same layers as before" in says
    assert confined.chain() == ("s2.qcow2", "s1.qcow2", "m-vda.qcow2")
    scribble(confined, 3)
    assert now(confined) == history(1, 2, 3)
    assert holds(confined.sources()["vda"], 0x77, offset=AT, length=MUCH)


async def test_a_disk_that_is_moved_to_where_no_room_is_stays_where_it_was(
    driver: Driver, machine: Machine, small: Path
) -> None:
    ref = await driver.meet("m")
    scribble(machine, 1)
    machine.write("vda", 0x77, offset=AT, length=MUCH)
    new = small / "m.copy.qcow2"
    says = await fails(driver, Move(ref, "vda", str(new)), small, 2 * MIB)
    assert f"are free on the file system of {new}" in says
    assert machine.sources()["vda"] == machine.disks[0]
    assert now(machine) == history(1)
    assert not new.exists()
    await driver.carry_out(Move(ref, "vda", str(new)))
    assert machine.sources()["vda"] == new
    assert now(machine) == history(1)
    assert holds(new, 0x77, offset=AT, length=MUCH)


async def test_a_base_that_cannot_be_written_to_is_told_before_anything_is_lost(
    driver: Driver, confined: Machine, small: Path, tmp_path: Path
) -> None:
    await layered(driver, confined, tmp_path, "s1", "s2")
    mount("-o", "remount,ro", str(small))
    ref, base = driver.ref("m"), str(confined.disks[0])
    for wish in (Merge(ref, "vda", base), Delete(ref, "s1", cancellable=True)):
        outcome = await driver.attempt(wish)
        assert not any(isinstance(s, Commit) for s in outcome.plan.steps[: outcome.done])
        assert f"Could not open '{base}': Read-only file system" in outcome.says
    assert confined.recorded() == {"s1": None, "s2": "s1"}
    assert now(confined) == history(1, 2)


async def test_a_revert_for_which_there_is_no_room_does_not_stop_the_domain(
    driver: Driver, confined: Machine, small: Path, tmp_path: Path
) -> None:
    await layered(driver, confined, tmp_path, "s1")
    filler = fill(small, MIB // 2)
    for safety in (True, False):
        assert await driver.refused(Revert(driver.ref("m"), "s1", safety=safety)) == "no space"
    assert confined.running
    assert now(confined) == history(1)
    filler.unlink()
    await driver.carry_out(Revert(driver.ref("m"), "s1", safety=False))
    assert now(confined) == history()


async def test_a_revert_that_finds_no_room_after_all_has_the_domain_run_where_it_ran(
    driver: Driver, confined: Machine, small: Path, tmp_path: Path
) -> None:
    await layered(driver, confined, tmp_path, "s1")
    before = confined.sources()
    says = await fails(driver, Revert(driver.ref("m"), "s1", safety=False), small)
    assert "No space left on device" in says
    assert (confined.running, confined.sources()) == (True, before)
    assert now(confined) == history(1)
    assert os.listdir(small) == ["m-vda.qcow2"]
    scribble(confined, 2)
    assert now(confined) == history(1, 2)


async def test_room_is_looked_for_where_the_overlay_goes_though_no_disk_lies_there_by_now(
    driver: Driver, confined: Machine, small: Path, tmp_path: Path
) -> None:
    await layered(driver, confined, tmp_path, "s1")
    ref = driver.ref("m")
    await driver.carry_out(Move(ref, "vda", str(tmp_path / "moved.qcow2")))
    filler = fill(small, MIB // 2)
    assert await driver.refused(Revert(ref, "s1", safety=False)) == "no space"
    filler.unlink()
    taken = small / "m-vda.s1-r.qcow2"
    taken.touch()
    await driver.carry_out(Revert(ref, "s1", safety=False))
    assert now(confined) == history()
    assert confined.sources()["vda"].name == "m-vda.s1-r-2.qcow2"
