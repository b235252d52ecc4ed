"""Files at chosen places: made where they are wanted, and nothing that is there is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.plans.wishes import Create, Delete, Revert
from tests.host.conftest import Embedded, NewMachine
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine, define

pytestmark = pytest.mark.embed


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A folder beside that of the disks."""
    folder = tmp_path / "export it's"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("power", ["running", "off"])
async def test_an_overlay_lies_where_it_is_wanted(
    driver: Driver, new_machine: NewMachine, export: Path, power: str
) -> None:
    machine = new_machine(disks=3)
    if power == "running":
        machine.start()
    ref = await driver.meet("m")
    scribble(machine, 1, "vdb")
    chosen = export / "sn1.qcow2"
    files = (("vdb", str(chosen)),)
    await driver.carry_out(Create(ref, "s1", disks=("vda", "vdb"), files=files))
    scribble(machine, 2, "vdb")
    assert machine.sources() == {
        "vda": machine.disks[0].with_name("m-vda.s1.qcow2"),
        "vdb": chosen,
        "vdc": machine.disks[2],
    }
    assert pages(machine.disks[1]) == history(1, first=0x22)
    assert now(machine, "vdb") == history(1, 2, first=0x22)
    await driver.carry_out(Revert(ref, "s1", safety=False))
    assert now(machine, "vdb") == history(1, first=0x22)
    assert machine.running == (power == "running")


async def test_ram_lies_where_it_is_wanted_and_the_guest_may_run_on(
    driver: Driver, machine: Machine, export: Path
) -> None:
    ref = await driver.meet("m")
    ram = export / "web.ram"
    await driver.carry_out(Create(ref, "s1", how="ram", memory_file=str(ram), live=True))
    assert ram.stat().st_size > 0
    assert machine.running
    assert machine.chain() == ("m-vda.s1.qcow2", "m-vda.qcow2")
    recorded = driver.domain("m").forest
    assert recorded is not None
    assert recorded.snapshots[0].memory_file == str(ram)
    await driver.carry_out(Delete(ref, "s1"))


async def test_what_lies_at_a_chosen_place_stays_there(
    driver: Driver, machine: Machine, export: Path
) -> None:
    ref = await driver.meet("m")
    own = export / "precious"
    own.write_bytes(b"somebody else's")
    link = export / "link"
    link.symlink_to(own)
    for path in (own, link):
        for wish in (
            Create(ref, "s1", files=(("vda", str(path)),)),
            Create(ref, "s1", how="ram", memory_file=str(path)),
        ):
            assert await driver.refused(wish) == "file exists"
    disk = str(machine.disks[0])
    assert await driver.refused(Create(ref, "s1", files=(("vda", disk),))) == "place used"
    lost = str(export / "nowhere" / "x")
    assert await driver.refused(Create(ref, "s1", files=(("vda", lost),))) == "no folder"
    assert own.read_bytes() == b"somebody else's"
    assert machine.recorded() == {}


async def test_a_place_behind_a_link_is_the_same_place(
    driver: Driver, new_machine: NewMachine, export: Path
) -> None:
    machine = new_machine(disks=2)
    ref = await driver.meet("m")
    behind = machine.disks[0].parent / "link"
    behind.symlink_to(export)
    files = (("vda", str(export / "x")), ("vdb", str(behind / "x")))
    assert await driver.refused(Create(ref, "s1", files=files)) == "place twice"
    await driver.carry_out(Create(ref, "s1", disks=("vda",), files=files[:1]))
    again = Create(ref, "s2", disks=("vdb",), files=files[1:])
    assert await driver.refused(again) == "place used"


async def test_a_comma_is_taken_while_the_machine_runs_and_refused_while_it_is_off(
    driver: Driver, machine: Machine, export: Path
) -> None:
    ref = await driver.meet("m")
    chosen, other = export / "a,b.qcow2", export / "c,d.qcow2"
    await driver.carry_out(Create(ref, "s1", files=(("vda", str(chosen)),)))
    scribble(machine, 1)
    assert machine.sources() == {"vda": chosen}
    machine.off()
    wish = Create(ref, "s2", files=(("vda", str(other)),))
    assert await driver.refused(wish) == "comma off"
    await driver.carry_out(Create(ref, "s2", files=(("vda", str(export / "s2")),)))
    machine.start()
    assert now(machine) == history(1)


async def test_a_machine_in_a_folder_with_a_comma_is_not_stopped_for_a_revert_that_cannot_be(
    driver: Driver, embedded: Embedded, tmp_path: Path
) -> None:
    folder = tmp_path / "a,b"
    folder.mkdir()
    machine = define(embedded.handle, "m", folder)
    try:
        machine.start()
        ref = await driver.meet("m")
        await driver.carry_out(Create(ref, "s1"))
        assert await driver.refused(Revert(ref, "s1")) == "comma off"
        assert machine.running
    finally:
        machine.remove()
