"""Going back on a real libvirtd: each state comes back, and the one that was left too."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kvmtui.plans.steps import After, Verb
from kvmtui.plans.wishes import Create, Revert, Switch
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.lab.agreement import agree
from tests.lab.conftest import NewBlank
from tests.lab.domain import LabDomain
from tests.lab.proof import Proves
from tests.lab.three import HELD, NOW, three
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab


async def test_branches_are_gone_back_to_again_and_again(
    driver: Driver, proves: Proves, virsh: Virsh, either: LabDomain
) -> None:
    await three(driver, either)
    ref, state, power = driver.ref("blank"), either.state, either.power
    for number, name in enumerate(("s1", "s3", "s1")):
        wish = Revert(ref, name, safety=number < 2)
        assert await proves(f"revert: disk-only, taken {power}", wish)
        agree(driver, virsh, "blank")
        assert now(either) == HELD[name], (number, name)
        assert either.state == state
        scribble(either, 5 + number)
    for name, content in (("before-revert", NOW), ("before-revert-2", history(1, 5))):
        await driver.carry_out(Revert(ref, name, safety=False))
        agree(driver, virsh, "blank")
        assert now(either) == content


async def test_what_is_inside_the_image_comes_back(
    driver: Driver, proves: Proves, virsh: Virsh, either: LabDomain
) -> None:
    ref, state, power = await driver.meet("blank"), either.state, either.power
    scribble(either, 1)
    await driver.carry_out(Create(ref, "i1", how="internal"))
    scribble(either, 2)
    assert await proves(f"revert: internal, taken {power}", Revert(ref, "i1"))
    agree(driver, virsh, "blank")
    assert now(either) == history(1)
    assert either.state == state
    await driver.carry_out(Revert(ref, "before-revert", safety=False))
    assert now(either) == history(1, 2)


async def test_several_disks_go_back_together(
    driver: Driver, proves: Proves, virsh: Virsh, new_blank: NewBlank
) -> None:
    made = new_blank(disks=2, mib=24)
    made.start()
    ref = await driver.meet("blank")
    await driver.carry_out(Create(ref, "s1"))
    for target in made.sources():
        scribble(made, 1, target)
    assert await proves("revert: disk-only, several disks", Revert(ref, "s1"))
    agree(driver, virsh, "blank")
    assert now(made, "vda") == history()
    assert now(made, "vdb") == history(first=0x22)


async def test_a_disk_left_out_stays_as_it_is(
    driver: Driver, proves: Proves, virsh: Virsh, new_blank: NewBlank
) -> None:
    made = new_blank(disks=2, mib=24)
    made.start()
    ref = await driver.meet("blank")
    await driver.carry_out(Create(ref, "s1", disks=("vda",)))
    for target in made.sources():
        scribble(made, 1, target)
    assert await proves("revert: disk-only, a disk left out", Revert(ref, "s1"))
    agree(driver, virsh, "blank")
    assert now(made, "vda") == history()
    assert now(made, "vdb") == history(1, first=0x22)
    assert pages(made.disks[0]) == history()


@pytest.mark.parametrize("how", ["internal", "external"])
async def test_it_is_left_in_the_state_that_was_asked_for(
    driver: Driver, proves: Proves, virsh: Virsh, either: LabDomain, how: str
) -> None:
    ref, power = await driver.meet("blank"), either.power
    scribble(either, 1)
    await driver.carry_out(Create(ref, "s1", how=how))
    scribble(either, 2)
    kind = "disk-only" if how == "external" else how
    for after, state in ((After.PAUSED, "paused"), (After.RUNNING, "running")):
        wish = Revert(ref, "s1", after, safety=False)
        assert await proves(f"revert: {kind}, taken {power}, into {state}", wish)
        agree(driver, virsh, "blank")
        assert either.state == state
        assert now(either) == history(1)
        scribble(either, 3)


async def test_saved_ram_does_not_wake_on_the_disks_of_before(
    driver: Driver, proves: Proves, virsh: Virsh, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24)
    made.start()
    ref = await driver.meet("blank")
    await driver.carry_out(Create(ref, "s1"))
    scribble(made, 1)
    await driver.carry_out(Switch(ref, Verb.SAVE))
    wish = Revert(ref, "s1", drop_saved=True)
    plan = await proves("revert: disk-only, off with saved RAM", wish)
    assert plan
    assert any("saved RAM" in loss for loss in plan.losses)
    agree(driver, virsh, "blank")
    assert now(made) == history()
    assert not made.handle.hasManagedSaveImage()


async def test_a_medium_in_a_drive_gets_no_overlay(
    driver: Driver, proves: Proves, virsh: Virsh, new_blank: NewBlank, tmp_path: Path
) -> None:
    made, iso = new_blank(mib=24), tmp_path / "medium.iso"
    iso.write_bytes(bytes(2**20))
    words = ("--type", "cdrom", "--mode", "readonly", "--config")
    virsh("attach-disk", "blank", str(iso), "sda", "--targetbus", "sata", *words)
    made.start()
    ref = await driver.meet("blank")
    await driver.carry_out(Create(ref, "s1"))
    scribble(made, 1)
    assert await proves("revert: disk-only, a medium in a drive", Revert(ref, "s1"))
    agree(driver, virsh, "blank")
    assert now(made) == history()
    assert made.sources()["sda"] == iso
    assert [name for name in os.listdir(tmp_path) if "medium" in name] == [iso.name]
