"""Deleting on a real libvirtd: the present and every other snapshot keep their content."""

from __future__ import annotations

import pytest

from kvmtui.plans.wishes import Create, Delete, Revert
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.lab.agreement import agree
from tests.lab.conftest import NewBlank
from tests.lab.domain import LabDomain
from tests.lab.proof import Proves
from tests.lab.three import HELD, NOW, preserved, three
from tests.lab.versions import on
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab


async def test_the_present_and_the_other_snapshots_are_kept(
    driver: Driver, proves: Proves, virsh: Virsh, either: LabDomain
) -> None:
    await three(driver, either)
    ref, state, power, held = driver.ref("blank"), either.state, either.power, dict(HELD)
    for place, name in (("the middle one", "s2"), ("the leaf", "s3"), ("the only one", "s1")):
        assert await proves(f"delete: external, {place}, {power}", Delete(ref, name))
        del held[name]
        agree(driver, virsh, "blank")
        assert either.state == state
        assert now(either) == NOW
        for other, content in held.items():
            assert preserved(driver, other) == content, other


async def test_after_a_revert_only_deletes_that_work_are_offered(
    driver: Driver, proves: Proves, virsh: Virsh, either: LabDomain
) -> None:
    await three(driver, either)
    ref, power = driver.ref("blank"), either.power
    await driver.carry_out(Revert(ref, "s2"))
    branching = ("others branch off below it", "s1")
    works = on(driver.host.facts.libvirt, False, False, True)
    for place, name in (
        *(() if works else (branching,)),
        ("current, with a child", "s2"),
        ("on another branch, with a child", "s3"),
    ):
        assert not await proves(f"delete: external, {place}, {power}", Delete(ref, name))
    held = {**HELD, "before-revert": NOW}
    for place, name in (
        *((branching,) if works else ()),
        ("on another branch, what a revert has kept", "before-revert"),
        ("on another branch, a leaf", "s3"),
        ("", "s2"),
        *(() if works else (("", "s1"),)),
    ):
        if place:
            assert await proves(f"delete: external, {place}, {power}", Delete(ref, name))
        else:
            await driver.carry_out(Delete(ref, name))
        agree(driver, virsh, "blank")
        del held[name]
        assert now(either) == HELD["s2"]
        for other, content in held.items():
            assert preserved(driver, other) == content, f"{other} after {name}"
    assert len(list(either.disks[0].parent.glob("*.qcow2"))) == 1


async def test_a_file_that_a_snapshot_left_out_is_not_removed_with_another(
    driver: Driver, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24, disks=2)
    ref = await driver.meet("blank")
    for name, disks in (("s1", None), ("s2", ("vda",)), ("s3", None)):
        await driver.carry_out(Create(ref, name, disks=disks))
        scribble(made, 1, "vdb")
    left_out = made.sources()["vdb"].with_name("blank-vdb.s1.qcow2")
    await driver.carry_out(Revert(ref, "s1", safety=False))
    await driver.carry_out(Delete(ref, "s3"))
    assert left_out.exists()
    await driver.carry_out(Delete(ref, "s2"))
    assert not left_out.exists()


@pytest.mark.parametrize("place", ["middle", "leaf"])
async def test_beside_a_forgotten_record_the_others_can_still_be_deleted(
    driver: Driver, proves: Proves, virsh: Virsh, either: LabDomain, place: str
) -> None:
    await three(driver, either)
    ref, held, power = driver.ref("blank"), dict(HELD), either.power
    forgotten = {"middle": "s2", "leaf": "s3"}[place]
    wish = Delete(ref, forgotten, metadata_only=True)
    assert await proves(f"delete: only the record, external {place}, {power}", wish)
    del held[forgotten]
    for name in (None, *held):
        if name:
            what = f"delete: external, {name} of s1-s3 where {forgotten} was forgotten, {power}"
            assert await proves(what, Delete(ref, name))
            del held[name]
        agree(driver, virsh, "blank")
        assert now(either) == NOW
        for other, content in held.items():
            assert preserved(driver, other) == content, f"{other} after {name}"


async def test_one_inside_the_image_goes_and_the_others_stay(
    driver: Driver, proves: Proves, virsh: Virsh, either: LabDomain
) -> None:
    ref, power = await driver.meet("blank"), either.power
    for number in (1, 2, 3):
        scribble(either, number)
        await driver.carry_out(Create(ref, f"i{number}", how="internal"))
    assert await proves(f"delete: internal, {power}", Delete(ref, "i2"))
    agree(driver, virsh, "blank")
    assert now(either) == history(1, 2, 3)
    scribble(either, 4)
    await driver.carry_out(Revert(ref, "i1", safety=False))
    assert now(either) == history(1)
    either.destroy()
    assert pages(either.disks[0], "i3") == history(1, 2, 3)


async def test_those_inside_the_image_go_with_all_below_them(
    driver: Driver, proves: Proves, virsh: Virsh, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24)
    made.start()
    ref = await driver.meet("blank")
    for number in (1, 2, 3):
        scribble(made, number)
        await driver.carry_out(Create(ref, f"i{number}", how="internal"))
    wish = Delete(ref, "i2", children=True)
    assert await proves("delete: internal, one and all below it, running", wish)
    agree(driver, virsh, "blank")
    assert virsh("snapshot-list", "blank", "--name").split() == ["i1"]
    assert now(made) == history(1, 2, 3)
    await driver.carry_out(Revert(ref, "i1", safety=False))
    assert now(made) == history(1)


async def test_one_with_ram_in_a_file_is_merged_as_others_are(
    driver: Driver, proves: Proves, virsh: Virsh, new_blank: NewBlank
) -> None:
    made = new_blank(mib=24)
    made.start()
    ref = await driver.meet("blank")
    scribble(made, 1)
    await driver.carry_out(Create(ref, "s1", how="ram"))
    memory = next(made.disks[0].parent.glob("*.mem"))
    scribble(made, 2)
    plan = await proves("delete: external, with RAM in a file, running", Delete(ref, "s1"))
    assert plan
    agree(driver, virsh, "blank")
    assert pages(made.disks[0]) == history(1, 2)
    told = any(memory.name in warning for warning in plan.warnings)
    assert memory.exists() == told, "what stays behind is told, and nothing else"
