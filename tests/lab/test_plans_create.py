"""Snapshots taken on a real libvirtd: what was is preserved, the guest goes on elsewhere."""

from __future__ import annotations

import pytest

from kvmtui.plans.wishes import Create
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.lab.agreement import agree
from tests.lab.conftest import NewBlank
from tests.lab.domain import LabDomain
from tests.lab.proof import Proves
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab


async def test_disks_only_freezes_the_image_and_adds_a_layer(
    driver: Driver, proves: Proves, virsh: Virsh, either: LabDomain
) -> None:
    ref, state = await driver.meet("blank"), either.state
    scribble(either, 1)
    assert await proves(f"create disk-only, {either.power}", Create(ref, "s1"))
    agree(driver, virsh, "blank")
    scribble(either, 2)
    assert pages(either.disks[0]) == history(1)
    assert now(either) == history(1, 2)
    assert either.state == state


async def test_inside_the_image_what_was_is_kept_and_the_guest_goes_on_in_it(
    driver: Driver, proves: Proves, virsh: Virsh, either: LabDomain
) -> None:
    ref, state = await driver.meet("blank"), either.state
    scribble(either, 1)
    assert await proves(f"create internal, {either.power}", Create(ref, "i1", how="internal"))
    agree(driver, virsh, "blank")
    scribble(either, 2)
    assert now(either) == history(1, 2)
    assert either.state == state
    either.destroy()
    assert pages(either.disks[0], "i1") == history(1)


async def test_several_disks_are_frozen_together(
    driver: Driver, proves: Proves, virsh: Virsh, new_blank: NewBlank
) -> None:
    made = new_blank(disks=3, mib=24)
    made.start()
    ref = await driver.meet("blank")
    assert await proves("create disk-only, several disks", Create(ref, "s1"))
    agree(driver, virsh, "blank")
    for number, target in enumerate(made.sources()):
        scribble(made, 1, target)
        assert pages(made.disks[number]) == history(first=0x11 * (number + 1))
        assert now(made, target) == history(1, first=0x11 * (number + 1))


async def test_a_disk_left_out_goes_on_in_its_file(
    driver: Driver, proves: Proves, virsh: Virsh, new_blank: NewBlank
) -> None:
    made = new_blank(disks=2, mib=24)
    made.start()
    ref = await driver.meet("blank")
    assert await proves("create disk-only, a disk left out", Create(ref, "s1", disks=("vda",)))
    agree(driver, virsh, "blank")
    for target in made.sources():
        scribble(made, 1, target)
    assert pages(made.disks[0]) == history()
    assert pages(made.disks[1]) == history(1, first=0x22)
    assert made.sources()["vdb"] == made.disks[1]
