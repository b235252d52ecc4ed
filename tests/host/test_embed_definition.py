"""What real libvirt records of a definition, against what it says now."""

from __future__ import annotations

import libvirt
import pytest

from kvmtui.host.base import Gone
from kvmtui.model.definition import differences
from kvmtui.plans.wishes import Create, Revert
from tests.host.conftest import NewMachine
from tests.host.driver import Driver
from tests.host.machine import Machine
from tests.lab import disk

pytestmark = pytest.mark.embed

NEXT_START = libvirt.VIR_DOMAIN_AFFECT_CONFIG


def since(driver: Driver, name: str) -> tuple[str, ...]:
    """What differs from the snapshot's record, as it was read."""
    domain = driver.domain("m")
    assert domain.config is not None
    assert domain.forest is not None
    snapshot = domain.forest.get(name)
    assert snapshot is not None
    assert snapshot.definition is not None
    return differences(snapshot.definition, domain.config.definition)


def enlarge(machine: Machine) -> None:
    """Two CPUs and another disk, from the next start on."""
    machine.handle.setVcpusFlags(2, NEXT_START | libvirt.VIR_DOMAIN_VCPU_MAXIMUM)
    machine.handle.setVcpusFlags(2, NEXT_START)
    image = disk.create(machine.disks[0].with_name("more.qcow2"))
    device = f"""<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
    <source file='{image}'/><target dev='vdb' bus='virtio'/></disk>"""
    machine.handle.attachDeviceFlags(device, NEXT_START)


@pytest.mark.parametrize("power", ["running", "off"])
@pytest.mark.parametrize("how", ["external", "internal"])
async def test_what_changed_since_a_snapshot_is_told_and_a_revert_takes_it_back(
    driver: Driver, new_machine: NewMachine, power: str, how: str
) -> None:
    machine = new_machine()
    if power == "running":
        machine.start()
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "s1", how=how))
    assert since(driver, "s1") == ()
    enlarge(machine)
    await driver.fleet.fresh(ref)
    assert since(driver, "s1") == ("1 vCPU then, 2 now", "vdb attached since")
    await driver.carry_out(Revert(ref, "s1", safety=False))
    assert since(driver, "s1") == ()


SECRET = "hunter2"


@pytest.mark.parametrize("power", ["running", "off"])
async def test_xml_is_as_libvirt_writes_it_and_without_secrets(
    driver: Driver, new_machine: NewMachine, power: str
) -> None:
    machine = new_machine()
    graphics = f"<graphics type='vnc' passwd='{SECRET}'/></devices>"
    handle = machine.handle.connect()
    handle.defineXML(machine.handle.XMLDesc(0).replace("</devices>", graphics))
    if power == "running":
        machine.start()
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "s1"))
    fleet = driver.fleet
    assert await fleet.definition(ref, next_start=False) == machine.handle.XMLDesc(0)
    later = await fleet.definition(ref, next_start=True)
    assert later == machine.handle.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
    assert "id=" not in later.partition("\n")[0]
    record = await fleet.record(ref, "s1")
    assert record == machine.handle.snapshotLookupByName("s1").getXMLDesc(0)
    shown = (later, record, str(await fleet.changes(ref, "s1")))
    assert all("vnc" in text or text.startswith("Comparison") for text in shown)
    assert SECRET not in "".join(shown)
    assert SECRET in machine.handle.XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE)


@pytest.mark.parametrize("power", ["running", "off"])
@pytest.mark.parametrize("how", ["external", "internal"])
async def test_nothing_differs_just_after_a_snapshot_and_after_a_start(
    driver: Driver, new_machine: NewMachine, power: str, how: str
) -> None:
    machine = new_machine()
    if power == "running":
        machine.start()
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "s1", how=how))
    for switch in (machine.off, machine.start, machine.off):
        await driver.fleet.fresh(ref)
        found = await driver.fleet.changes(ref, "s1")
        assert (found.differences, found.lines) == ((), ())
        switch()


async def test_a_change_is_found_in_words_and_lines_and_a_missing_snapshot_is_gone(
    driver: Driver, machine: Machine
) -> None:
    ref = await driver.meet("m")
    await driver.carry_out(Create(ref, "s1"))
    enlarge(machine)
    found = await driver.fleet.changes(ref, "s1")
    assert found.differences == ("1 vCPU then, 2 now", "vdb attached since")
    assert any(line.startswith("+") and "more.qcow2" in line for line in found.lines)
    with pytest.raises(Gone):
        await driver.fleet.changes(ref, "s2")
