"""RAM of a real guest in a file: it wakes with all it held, on its own unchanged disks only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kvmtui.model.domain import State
from kvmtui.plans import planner
from kvmtui.plans.plan import Danger, Plan, Refusal
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Switch
from tests.host.driver import Driver, driving
from tests.lab import disk
from tests.lab.conftest import NewGuest
from tests.lab.daemon import Daemon
from tests.lab.guest import GuestDomain
from tests.lab.test_plans import opener

pytestmark = pytest.mark.lab


@pytest.fixture
async def driver(daemon: Daemon, tmp_path: Path) -> AsyncIterator[Driver]:
    async with driving(opener(daemon), tmp_path / "state") as made:
        yield made


async def planned(driver: Driver, wish: Switch) -> Plan | Refusal:
    """The plan, after a look at the file that it names."""
    await driver.fleet.fresh(wish.ref)
    await driver.fleet.look(wish.ref, planner.to_look_at(wish))
    return planner.make(driver.fleet.world, wish)


async def carry_out(driver: Driver, wish: Switch) -> Plan:
    plan = await planned(driver, wish)
    assert isinstance(plan, Plan), plan
    outcome = await driver.fleet.perform(plan)
    assert outcome.ok, outcome.says
    return plan


async def test_ram_wakes_from_its_file_unless_the_disks_changed(
    driver: Driver, guest: GuestDomain, new_guest: NewGuest, tmp_path: Path
) -> None:
    ref, file = await driver.meet("guest"), str(tmp_path / "guest.save")
    guest.run("echo then > /tmp/memory")
    guest.write_marker("then")
    await carry_out(driver, Switch(ref, Verb.SAVE_TO, file))
    assert driver.domain("guest").state is State.OFF
    again = await planned(driver, Switch(ref, Verb.START_FROM, file))
    assert isinstance(again, Plan)
    assert again.danger is Danger.NONE

    other = new_guest("other")
    foreign = await driver.meet("other")
    refusal = await planned(driver, Switch(foreign, Verb.START_FROM, file))
    assert isinstance(refusal, Refusal)
    assert refusal.rule == "other domain"
    assert other.state == "shut off"

    await carry_out(driver, Switch(ref, Verb.START_FROM, file))
    assert guest.run("cat /tmp/memory") == "then\n"
    guest.write_marker("now")
    assert guest.read_marker() == "now"

    taken = await planned(driver, Switch(ref, Verb.SAVE_TO, file))
    assert isinstance(taken, Refusal)
    assert taken.rule == "file exists"
    guest.destroy()
    changed = await planned(driver, Switch(ref, Verb.START_FROM, file))
    assert isinstance(changed, Refusal)
    assert changed.rule == "changed"
    assert disk.read_file(guest.disks[0], "marker") == "now"


async def test_managed_ram_wakes_with_the_next_start_or_is_dropped(
    driver: Driver, guest: GuestDomain
) -> None:
    ref = await driver.meet("guest")
    guest.run("echo then > /tmp/memory")
    await carry_out(driver, Switch(ref, Verb.SAVE))
    config = driver.domain("guest").config
    assert config is not None
    assert config.managed_save
    await carry_out(driver, Switch(ref, Verb.START))
    assert guest.run("cat /tmp/memory") == "then\n"
    await carry_out(driver, Switch(ref, Verb.SAVE))
    dropped = await carry_out(driver, Switch(ref, Verb.START_FRESH))
    assert dropped.losses
    guest.wait_agent()
    assert guest.run("ls /tmp") == ""
    config = driver.domain("guest").config
    assert config is not None
    assert not config.managed_save
