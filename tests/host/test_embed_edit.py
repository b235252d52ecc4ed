"""Edited records on real disks: what was recorded can still be gone back to."""

from __future__ import annotations

import libvirt
import pytest

from kvmtui.model.value import replace
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import DeleteSnapshot
from kvmtui.plans.wishes import Create, Delete, Describe, Edit, Revert
from tests.host.conftest import NewMachine
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine

pytestmark = pytest.mark.embed


@pytest.fixture(params=["running", "off"])
async def three(driver: Driver, new_machine: NewMachine, request: pytest.FixtureRequest) -> Machine:
    """External snapshots s1, s2, s3, with the scribbles 1, 2, 3 before each, and 4 at last."""
    machine = new_machine()
    if request.param == "running":
        machine.start()
    ref = await driver.meet("m")
    for number in (1, 2, 3):
        scribble(machine, number)
        await driver.carry_out(Create(ref, f"s{number}", f"about {number}"))
    scribble(machine, 4)
    return machine


def record(machine: Machine, name: str) -> str:
    secure = libvirt.VIR_DOMAIN_SNAPSHOT_XML_SECURE
    return str(machine.handle.snapshotLookupByName(name).getXMLDesc(secure))


@pytest.mark.parametrize("name", ["s1", "s2", "s3"])
async def test_a_renamed_snapshot_keeps_its_place_its_content_and_all_others(
    driver: Driver, three: Machine, name: str
) -> None:
    ref = driver.ref("m")
    before = {old: record(three, old) for old in ("s1", "s2", "s3")}
    await driver.carry_out(Edit(ref, name, "năm mới", "about it"))
    one, two, last = ("năm mới" if old == name else old for old in before)
    assert three.recorded() == {one: None, two: one, last: two}
    assert three.current() == last
    for old, new in zip(before, (one, two, last), strict=True):
        after = record(three, new).replace("năm mới", name)
        assert after.replace("about it", f"about {name[1]}") == before[old]
    assert now(three) == history(1, 2, 3, 4)
    for new, content in ((last, (1, 2, 3)), (one, (1,)), (two, (1, 2))):
        await driver.carry_out(Revert(ref, new, safety=False))
        assert now(three) == history(*content), new


async def test_a_renamed_snapshot_can_be_deleted_for_real(driver: Driver, three: Machine) -> None:
    ref = driver.ref("m")
    await driver.carry_out(Edit(ref, "s2", "middle", ""))
    await driver.carry_out(Delete(ref, "middle"))
    assert three.recorded() == {"s1": None, "s3": "s1"}
    assert len(three.chain()) == 3
    assert now(three) == history(1, 2, 3, 4)
    await driver.carry_out(Revert(ref, "s3", safety=False))
    assert now(three) == history(1, 2, 3)


async def test_a_rename_that_fails_half_way_is_undone(driver: Driver, three: Machine) -> None:
    ref = driver.ref("m")
    plan = await driver.plan(Edit(ref, "s2", "middle", "x"))
    assert isinstance(plan, Plan)
    flag = libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY
    three.handle.snapshotLookupByName("s3").delete(flag)
    outcome = await driver.fleet.perform(plan)
    assert not outcome.ok
    assert "undoing failed" in outcome.says
    assert set(three.recorded()) == {"s1", "s2", "middle"}, "both names, so that nothing is lost"
    await driver.carry_out(Delete(ref, "middle", metadata_only=True))
    assert now(three) == history(1, 2, 3, 4)


async def test_a_rename_whose_last_step_fails_is_undone(driver: Driver, three: Machine) -> None:
    ref, before = driver.ref("m"), record(three, "s3")
    plan = await driver.plan(Edit(ref, "s2", "middle", "x"))
    assert isinstance(plan, Plan)
    failing = DeleteSnapshot("m", "no such", metadata_only=True)
    outcome = await driver.fleet.perform(replace(plan, steps=(*plan.steps[:-1], failing)))
    assert outcome.done == len(plan.steps) - 1
    assert "then undone" in outcome.says
    assert three.recorded() == {"s1": None, "s2": "s1", "s3": "s2"}
    assert three.current() == "s3"
    assert record(three, "s3") == before


@pytest.mark.parametrize("how", ["external", "internal", "ram"])
async def test_another_description_changes_only_the_description(
    driver: Driver, machine: Machine, how: str
) -> None:
    ref = await driver.meet("m")
    scribble(machine, 1)
    for name in ("i1", "i2"):
        await driver.carry_out(Create(ref, name, "first", how=how))
    before = record(machine, "i1")
    await driver.carry_out(Edit(ref, "i1", "i1", "second <b> & 数据\nline"))
    text = "second &lt;b&gt; &amp; 数据\nline"
    assert record(machine, "i1") == before.replace(">first<", f">{text}<")
    assert machine.current() == "i2"
    scribble(machine, 2)
    await driver.carry_out(Edit(ref, "i2", "i2", ""))
    assert "<description>" not in record(machine, "i2")
    await driver.carry_out(Revert(ref, "i1", safety=False, ram=driver.host.facts.external_revert))
    assert now(machine) == history(1)


async def test_a_domain_without_a_current_snapshot_gets_the_one_it_stands_on(
    driver: Driver, three: Machine
) -> None:
    ref = driver.ref("m")
    text = record(three, "s3")
    flag = libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY
    for name in ("s3", "s2", "s1"):
        three.handle.snapshotLookupByName(name).delete(flag)
    three.handle.snapshotCreateXML(
        text.replace("<parent>\n    <name>s2</name>\n  </parent>", ""),
        libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE,
    )
    assert three.current() is None
    await driver.carry_out(Edit(ref, "s3", "s3", "about 3", current=True))
    assert three.current() == "s3"
    assert now(three) == history(1, 2, 3, 4)


@pytest.mark.parametrize("power", ["running", "off"])
async def test_a_domain_is_described_now_and_for_good(
    driver: Driver, new_machine: NewMachine, power: str
) -> None:
    machine = new_machine()
    if power == "running":
        machine.start()
    ref = await driver.meet("m")
    texts = ("Máy chủ <1>", "Responsable: Lucía\nsegunda línea")
    for title, text in (texts, ("Máy chủ <2>", texts[1]), ("", "")):
        await driver.carry_out(Describe(ref, title, text))
        for flags in (0, libvirt.VIR_DOMAIN_XML_INACTIVE):
            config = driver.domain("m").config
            assert config is not None
            assert (config.title, config.description) == (title, text)
            shown = machine.handle.XMLDesc(flags)
            assert ("Máy chủ &lt;" in shown) == bool(title)
            assert ("Lucía" in shown) == bool(text)
