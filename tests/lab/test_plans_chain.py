"""Chains on a real libvirtd: any range committed, layers pulled up, a disk moved."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.plans.wishes import Create, Merge, Move, Pull, Revert
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.lab.agreement import agree
from tests.lab.conftest import NewBlank
from tests.lab.domain import LabDomain
from tests.lab.proof import Proves
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab

DEPTH = 5


@pytest.fixture
async def deep(driver: Driver, either: LabDomain) -> LabDomain:
    """Running or off, with the snapshots s1 to s5, each after the scribble of its number."""
    ref = await driver.meet("blank")
    for number in range(1, DEPTH + 1):
        scribble(either, number)
        await driver.carry_out(Create(ref, f"s{number}"))
    scribble(either, DEPTH + 1)
    await driver.fleet.fresh(ref)
    return either


def layers(driver: Driver, target: str = "vda") -> tuple[str, ...]:
    """The chain of a disk, as kvmtui knows it."""
    config = driver.domain("blank").config
    disk = config.disk(target) if config else None
    assert disk is not None
    return tuple(layer.source for layer in disk.layers)


async def back_to(driver: Driver, domain: LabDomain, *numbers: int) -> None:
    """Each of these snapshots brings back exactly what it was taken of."""
    for number in numbers:
        await driver.carry_out(Revert(driver.ref("blank"), f"s{number}", safety=False))
        assert now(domain) == history(*range(1, number + 1))


async def test_inner_layers_are_committed(
    driver: Driver, proves: Proves, virsh: Virsh, deep: LabDomain
) -> None:
    power, before = deep.power, layers(driver)
    wish = Merge(driver.ref("blank"), "vda", before[4], top=before[1])
    assert await proves(f"merge: inner layers, {power}", wish)
    assert deep.power == power
    assert layers(driver) == (before[0], *before[4:])
    agree(driver, virsh, "blank")
    assert now(deep) == history(1, 2, 3, 4, 5, 6)
    assert pages(Path(before[4])) == history(1, 2, 3, 4, 5)
    assert [*virsh("snapshot-list", "blank", "--name").split()] == ["s1", "s5"]
    await back_to(driver, deep, 5, 1)


@pytest.mark.parametrize("base", [3, 0], ids=["to a base", "flat"])
async def test_layers_are_pulled_up(
    driver: Driver, proves: Proves, virsh: Virsh, deep: LabDomain, base: int
) -> None:
    power, before = deep.power, layers(driver)
    down_to = "down to a base" if base else "all layers"
    wish = Pull(driver.ref("blank"), "vda", before[base] if base else "")
    assert await proves(f"merge: pull, {down_to}, {power}", wish)
    assert deep.power == power
    assert layers(driver) == (before[0], *(before[base:] if base else ()))
    agree(driver, virsh, "blank")
    scribble(deep, 7)  # what was pulled is on the disk only when QEMU flushes it
    assert now(deep) == history(1, 2, 3, 4, 5, 6, 7)
    await back_to(driver, deep, 5, 3, 1)


@pytest.mark.parametrize("shallow", [False, True], ids=["flat", "shallow"])
async def test_a_disk_is_moved(
    driver: Driver, proves: Proves, virsh: Virsh, deep: LabDomain, shallow: bool
) -> None:
    power, before = deep.power, layers(driver)
    file = str(deep.disks[0].with_name("moved.qcow2"))
    what = "the active layer" if shallow else "all layers"
    wish = Move(driver.ref("blank"), "vda", file, shallow, tidy=True)
    assert await proves(f"merge: move to a new file, {what}, {power}", wish)
    assert deep.power == power
    assert layers(driver) == (file, *(before[1:] if shallow else ()))
    agree(driver, virsh, "blank")
    assert now(deep) == history(1, 2, 3, 4, 5, 6)
    left = {str(path) for path in deep.disks[0].parent.glob("*.qcow2")}
    assert left == {file, *before[1:]}
    await back_to(driver, deep, 5, 1)


async def test_two_disks_go_down_to_the_same_snapshot(
    driver: Driver, proves: Proves, virsh: Virsh, new_blank: NewBlank
) -> None:
    domain = new_blank(disks=2)
    domain.start()
    ref = await driver.meet("blank")
    for number in (1, 2, 3):
        for target in ("vda", "vdb"):
            scribble(domain, number, target)
        await driver.carry_out(Create(ref, f"s{number}"))
    await driver.fleet.fresh(ref)
    wish = Merge(ref, "vda", layers(driver)[2], others=True)
    assert await proves("merge: two disks down to one snapshot, running", wish)
    agree(driver, virsh, "blank")
    for target, first in (("vda", 0x11), ("vdb", 0x22)):
        assert len(layers(driver, target)) == 2
        assert now(domain, target) == history(1, 2, 3, first=first)
    await driver.carry_out(Revert(ref, "s1", safety=False))
    for target, first in (("vda", 0x11), ("vdb", 0x22)):
        assert now(domain, target) == history(1, first=first)
