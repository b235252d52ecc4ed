"""What virsh leaves behind on a real libvirtd is told with its proof, and removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import libvirt
import pytest

from kvmtui.plans import health, orphans
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import Flush, RemoveFile
from kvmtui.plans.subject import known
from kvmtui.plans.wishes import Create, Delete, RemoveOrphan
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.lab import disk
from tests.lab.agreement import agree
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab


@pytest.fixture(params=["folder", "pool"])
def pooled(request: pytest.FixtureRequest, daemon: Daemon, tmp_path: Path) -> Iterator[bool]:
    """The images lie in a folder, or in the folder of an active storage pool."""
    if request.param == "folder":
        yield False
        return
    xml = f"<pool type='dir'><name>here</name><target><path>{tmp_path}</path></target></pool>"
    try:
        pool = daemon.connection.storagePoolCreateXML(xml, 0)
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_SUPPORT:
            raise
        pytest.skip("this daemon has no storage driver")
    yield True
    pool.destroy()


def there(path: Path) -> bool:
    return path.exists()


def shown(driver: Driver, name: str) -> set[str]:
    """Names of the files that are told not to be used."""
    subject = known(driver.host, driver.domain(name))
    assert subject is not None
    told = orphans.orphans(subject)
    return set() if orphans.unknown(subject) else {Path(file.path).name for file in told}


async def test_what_a_pull_and_a_forgotten_snapshot_leave_behind(
    pooled: bool, driver: Driver, virsh: Virsh, blank: LabDomain
) -> None:
    ref = await driver.meet("blank")
    scribble(blank, 1)
    base = blank.sources()["vda"]
    await driver.carry_out(Create(ref, "s1", how="ram"))
    scribble(blank, 2)
    forest = driver.domain("blank").forest
    assert forest is not None
    ram = Path(forest.snapshots[0].memory_file)
    virsh("blockpull", "blank", "vda", "--wait")
    await driver.until_domain("blank", lambda d: health.stale(driver.host, d) == {"s1"})
    assert shown(driver, "blank") == set()
    await driver.carry_out(Delete(ref, "s1", metadata_only=True))
    await driver.until(lambda _: shown(driver, "blank") == {ram.name}, what="RAM names the base")
    for file, left in ((ram, {base.name}), (base, set())):
        plan = await driver.carry_out(RemoveOrphan(ref, str(file)))
        first = () if file.suffix == ".mem" else (Flush("blank"),)
        assert plan.steps == (*first, RemoveFile("blank", str(file), pooled))
        assert not there(file)
        assert shown(driver, "blank") == left
    agree(driver, virsh, "blank")
    scribble(blank, 3)
    assert now(blank) == history(1, 2, 3)
    blank.destroy()
    assert now(blank) == history(1, 2, 3)


async def test_one_that_virsh_gives_to_another_domain_meanwhile_stays(
    pooled: bool, driver: Driver, daemon: Daemon, blank: LabDomain
) -> None:
    ref = await driver.meet("blank")
    left = disk.create(blank.disks[0].with_name("blank-vda.left.qcow2"))
    disk.write(left, 0x77)
    driver.fleet.refresh(ref)
    await driver.until(lambda _: shown(driver, "blank") == {left.name})
    plan = await driver.plan(RemoveOrphan(ref, str(left)))
    assert isinstance(plan, Plan)
    handle = daemon.connection.defineXML(
        "<domain type='qemu'><name>thief</name><memory>1024</memory><os><type>hvm</type></os>"
        f"<devices><disk type='file'><source file='{left}'/><target dev='vda'/></disk></devices>"
        "</domain>"
    )
    try:
        outcome = await driver.fleet.perform(plan)
        assert "named by thief" in outcome.error
        assert disk.holds(left, 0x77)
    finally:
        handle.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_NVRAM)
