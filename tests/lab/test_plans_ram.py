"""RAM of a real guest in a file: it wakes with all it held, on its own unchanged disks only."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.model.domain import State
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Switch
from tests.host.driver import Driver
from tests.lab import disk
from tests.lab.conftest import NewGuest
from tests.lab.guest import GuestDomain
from tests.lab.proof import Proves

pytestmark = pytest.mark.lab


async def test_ram_wakes_from_its_file_unless_the_disks_changed(
    driver: Driver, proves: Proves, guest: GuestDomain, new_guest: NewGuest, tmp_path: Path
) -> None:
    ref, file = await driver.meet("guest"), str(tmp_path / "guest.save")
    guest.run("echo then > /tmp/memory")
    guest.write_marker("then")
    assert await proves("RAM: save to a file", Switch(ref, Verb.SAVE_TO, file))
    assert driver.domain("guest").state is State.OFF
    again = await driver.plan(Switch(ref, Verb.START_FROM, file))
    assert isinstance(again, Plan)
    assert again.danger is Danger.NONE

    other = new_guest("other")
    foreign = await driver.meet("other")
    refusal = await driver.plan(Switch(foreign, Verb.START_FROM, file))
    assert isinstance(refusal, Refusal)
    assert refusal.rule == "other domain"
    assert other.state == "shut off"

    assert await proves("RAM: start from a file", Switch(ref, Verb.START_FROM, file))
    assert guest.run("cat /tmp/memory") == "then\n"
    guest.write_marker("now")
    assert guest.read_marker() == "now"

    taken = await driver.plan(Switch(ref, Verb.SAVE_TO, file))
    assert isinstance(taken, Refusal)
    assert taken.rule == "file exists"
    guest.destroy()
    changed = await driver.plan(Switch(ref, Verb.START_FROM, file))
    assert isinstance(changed, Refusal)
    assert changed.rule == "changed"
    assert disk.read_file(guest.disks[0], "marker") == "now"


async def test_managed_ram_wakes_with_the_next_start_or_is_dropped(
    driver: Driver, proves: Proves, guest: GuestDomain
) -> None:
    ref = await driver.meet("guest")
    guest.run("echo then > /tmp/memory")
    assert await proves("RAM: managed save", Switch(ref, Verb.SAVE))
    config = driver.domain("guest").config
    assert config is not None
    assert config.managed_save
    assert await proves("RAM: start from managed save", Switch(ref, Verb.START))
    assert guest.run("cat /tmp/memory") == "then\n"
    await driver.carry_out(Switch(ref, Verb.SAVE))
    dropped = await proves("RAM: start fresh, managed save dropped", Switch(ref, Verb.START_FRESH))
    assert dropped
    assert dropped.losses
    guest.wait_agent()
    assert guest.run("ls /tmp") == ""
    config = driver.domain("guest").config
    assert config is not None
    assert not config.managed_save
