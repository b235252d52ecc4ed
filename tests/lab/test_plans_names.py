"""Names of internal snapshots that QEMU itself cannot use are refused before anything stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.plans.wishes import Create, Delete, Revert
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.lab.agreement import agree
from tests.lab.conftest import NewBlank
from tests.lab.domain import LabDomain
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab

JOBS_NAMED = 10_009_000
"""From here on libvirt has QEMU do jobs that are called after the snapshot."""
NAMES = ("máy chủ", "trước nâng cấp 数据", "a b", "a:b", "it's")
QUOTED = ('a"b', "a\\b")
"""These no libvirt gets through to QEMU while it runs."""


@pytest.fixture
def made(new_blank: NewBlank) -> LabDomain:
    return new_blank(mib=24)


async def test_while_it_runs_such_a_name_is_refused_where_it_would_fail(
    driver: Driver, made: LabDomain
) -> None:
    made.start()
    ref = await driver.meet("blank")
    for name in NAMES:
        wish = Create(ref, name, how="internal")
        if driver.host.facts.libvirt >= JOBS_NAMED:
            assert (await driver.refused(wish)).startswith("name "), name
        else:
            await driver.carry_out(wish)
            await driver.carry_out(Revert(ref, name, safety=False))
            await driver.carry_out(Delete(ref, name))
    for name in QUOTED:
        assert (await driver.refused(Create(ref, name, how="internal"))).startswith("name "), name
    made.destroy()
    for name in QUOTED:
        await driver.carry_out(Create(ref, name, how="internal"))
    made.start()
    for name in QUOTED:
        assert (await driver.refused(Delete(ref, name))).startswith("name "), name
    assert made.state == "running"


async def test_while_it_is_off_any_name_will_do(
    driver: Driver, made: LabDomain, virsh: Virsh
) -> None:
    ref = await driver.meet("blank")
    for name in (*NAMES, *QUOTED):
        scribble(made, 1)
        await driver.carry_out(Create(ref, name, how="internal"))
        agree(driver, virsh, "blank")
        scribble(made, 2)
        await driver.carry_out(Revert(ref, name, safety=False))
        assert now(made)[0] == 1
        await driver.carry_out(Delete(ref, name))
        agree(driver, virsh, "blank")


async def test_one_of_before_an_upgrade_of_libvirt_is_neither_loaded_nor_deleted_while_it_runs(
    driver: Driver, made: LabDomain, virsh: Virsh, tmp_path: Path
) -> None:
    made.start()
    ref = await driver.meet("blank")
    scribble(made, 1)
    await driver.carry_out(Create(ref, "plain", how="internal"))
    virsh("qemu-monitor-command", "blank", "--hmp", 'savevm "then odd"')
    record = tmp_path / "record.xml"
    text = virsh("snapshot-dumpxml", "blank", "plain")
    record.write_text(text.replace("<name>plain</name>", "<name>then odd</name>"))
    virsh("snapshot-create", "blank", str(record), "--redefine")
    scribble(made, 2)
    if driver.host.facts.libvirt >= JOBS_NAMED:
        assert (await driver.refused(Revert(ref, "then odd"))).startswith("name ")
        assert (await driver.refused(Delete(ref, "then odd"))).startswith("name ")
        assert made.state == "running"
        assert now(made) == history(1, 2)
        made.destroy()
        await driver.carry_out(Delete(ref, "then odd"))
    else:
        await driver.carry_out(Revert(ref, "then odd"))
        assert now(made) == history(1)
