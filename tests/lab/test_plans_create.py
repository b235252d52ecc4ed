"""Snapshots taken on a real libvirtd: what was is preserved, the guest goes on elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.plans.wishes import Create
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.lab import disk
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
    assert await proves(f"create: disk-only, {either.power}", Create(ref, "s1"))
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
    assert await proves(f"create: internal, {either.power}", Create(ref, "i1", how="internal"))
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
    assert await proves("create: disk-only, several disks", Create(ref, "s1"))
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
    assert await proves("create: disk-only, a disk left out", Create(ref, "s1", disks=("vda",)))
    agree(driver, virsh, "blank")
    for target in made.sources():
        scribble(made, 1, target)
    assert pages(made.disks[0]) == history()
    assert pages(made.disks[1]) == history(1, first=0x22)
    assert made.sources()["vdb"] == made.disks[1]


async def test_an_overlay_lies_where_it_was_asked_for(
    driver: Driver, proves: Proves, virsh: Virsh, either: LabDomain, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    chosen = tmp_path / "elsewhere" / "máy chủ.qcow2"
    wish = Create(await driver.meet("blank"), "s1", files=(("vda", str(chosen)),))
    assert await proves(f"create: disk-only, into a chosen file, {either.power}", wish)
    agree(driver, virsh, "blank")
    scribble(either, 1)
    assert either.sources() == {"vda": chosen}
    assert (now(either), pages(either.disks[0])) == (history(1), history())


async def test_an_overlay_that_is_there_already_is_written_to(
    driver: Driver, proves: Proves, virsh: Virsh, either: LabDomain, tmp_path: Path
) -> None:
    made = disk.create(tmp_path / "made.qcow2", mib=24, backing=either.disks[0])
    wish = Create(await driver.meet("blank"), "s1", files=(("vda", str(made)),), reuse=True)
    assert await proves(f"create: disk-only, onto an overlay made before, {either.power}", wish)
    agree(driver, virsh, "blank")
    scribble(either, 1)
    assert either.sources() == {"vda": made}
    assert (now(either), pages(either.disks[0])) == (history(1), history())
