"""What a definition keeps secret goes back to libvirt with it, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import libvirt
import pytest

from kvmtui.plans.wishes import Create, Delete, Edit, Revert
from tests.host.conftest import NewMachine
from tests.host.driver import Driver

pytestmark = pytest.mark.embed

SECRET = "hunter2"


async def test_a_password_survives_every_plan_and_stands_in_no_world_and_no_journal(
    driver: Driver, new_machine: NewMachine
) -> None:
    machine = new_machine()
    graphics = f"<graphics type='vnc' passwd='{SECRET}'/></devices>"
    defined = machine.handle.XMLDesc(0).replace("</devices>", graphics)
    machine.handle.connect().defineXML(defined)
    ref = await driver.meet("m")
    for name in ("s1", "s2"):
        await driver.carry_out(Create(ref, name))
    await driver.carry_out(Edit(ref, "s1", "s1", "described", False))
    await driver.carry_out(Revert(ref, "s1"))
    await driver.carry_out(Delete(ref, "s2", metadata_only=True))
    await driver.fleet.changes(ref, "s1")
    assert SECRET in machine.handle.XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE)
    for snapshot in machine.handle.listAllSnapshots():
        assert SECRET in snapshot.getXMLDesc(libvirt.VIR_DOMAIN_SNAPSHOT_XML_SECURE)
    journal = driver.fleet.journal
    assert len(journal.entries) > 5
    assert SECRET not in f"{driver.worlds}{journal.entries}{written(journal.path)}"


def written(path: Path) -> str:
    return path.read_text()
