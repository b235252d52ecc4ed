"""Overlays made by hand beforehand: what they hold, the disk holds from then on."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.plans.plan import Danger, Plan
from kvmtui.plans.wishes import Create, Delete, Revert
from tests.host.conftest import NewMachine
from tests.host.content import history, now, pages, scribble
from tests.host.driver import Driver
from tests.host.machine import Machine
from tests.lab import disk

pytestmark = pytest.mark.embed


POWER = pytest.mark.parametrize("running", [True, False], ids=["running", "off"])


@POWER
async def test_an_empty_overlay_becomes_the_active_layer(
    driver: Driver, new_machine: NewMachine, tmp_path: Path, running: bool
) -> None:
    machine = new_machine()
    made = disk.create(tmp_path / "made.qcow2", mib=24, backing=machine.disks[0])
    if running:
        machine.start()
    ref = await driver.meet("m")
    wish = Create(ref, "s1", files=(("vda", str(made)),), reuse=True)
    plan = await driver.carry_out(wish)
    assert plan.danger is Danger.NONE
    scribble(machine, 1)
    assert machine.sources() == {"vda": made}
    assert machine.chain() == ("made.qcow2", "m-vda.qcow2")
    assert (now(machine), pages(machine.disks[0])) == (history(1), history())
    await driver.carry_out(Revert(ref, "s1", safety=False))
    assert now(machine) == history()


@POWER
async def test_what_an_overlay_holds_is_told_and_shown_at_once(
    driver: Driver, new_machine: NewMachine, tmp_path: Path, running: bool
) -> None:
    machine = new_machine()
    made = disk.create(tmp_path / "made.qcow2", mib=24, backing=machine.disks[0])
    disk.write(made, 0x77, offset=5 * disk.PAGE)
    if running:
        machine.start()
    ref = await driver.meet("m")
    wish = Create(ref, "s1", files=(("vda", str(made)),), reuse=True)
    plan = await driver.plan(wish)
    assert isinstance(plan, Plan)
    assert plan.danger is Danger.LOSS
    assert any("shows it at once" in told for told in plan.warnings)
    assert (await driver.fleet.perform(plan)).ok
    assert now(machine)[:6] == (0x11, 0, 0, 0, 0, 0x77)
    await driver.carry_out(Delete(ref, "s1"))
    assert now(machine)[:6] == (0x11, 0, 0, 0, 0, 0x77)


async def test_only_an_overlay_of_the_active_layer_is_taken(
    driver: Driver, machine: Machine, tmp_path: Path
) -> None:
    ref = await driver.meet("m")
    stranger = disk.create(tmp_path / "stranger.qcow2", mib=24)
    small = disk.create(tmp_path / "small.qcow2", mib=8, backing=machine.disks[0])
    lost = tmp_path / "lost.qcow2"
    raw = tmp_path / "raw"
    raw.write_bytes(b"data" * 1000)
    rules = {
        stranger: "reuse backing",
        small: "reuse size",
        lost: "reuse missing",
        raw: "reuse format",
        machine.disks[0]: "place used",
    }
    for path, rule in rules.items():
        wish = Create(ref, "s1", files=(("vda", str(path)),), reuse=True)
        assert await driver.refused(wish) == rule, path
    assert raw.read_bytes() == b"data" * 1000
    assert machine.recorded() == {}
