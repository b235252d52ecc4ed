"""What is shown of a definition is what virsh shows, and a start is no change of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.host.virt import Opener
from kvmtui.plans.wishes import Create
from tests.host.driver import Driver, driving
from tests.lab.conftest import NewBlank
from tests.lab.guest import GuestDomain
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab


async def test_xml_is_what_virsh_prints(driver: Driver, virsh: Virsh, new_blank: NewBlank) -> None:
    made = new_blank()
    made.start()
    ref = await driver.meet("blank")
    await driver.carry_out(Create(ref, "s1"))
    fleet = driver.fleet
    live, later = [await fleet.definition(ref, next_start=later) for later in (False, True)]
    assert live.rstrip("\n") == virsh("dumpxml", "blank")
    assert later.rstrip("\n") == virsh("dumpxml", "blank", "--inactive")
    assert live != later
    record = await fleet.record(ref, "s1")
    assert record.rstrip("\n") == virsh("snapshot-dumpxml", "blank", "s1")


async def test_starting_and_stopping_a_guest_is_no_change_and_virsh_edits_are(
    driver: Driver, virsh: Virsh, guest: GuestDomain
) -> None:
    """This one woke up from saved RAM, too, which changes the order of its controllers."""
    ref = await driver.meet("guest")
    await driver.carry_out(Create(ref, "s1"))
    assert (await driver.fleet.changes(ref, "s1")).lines == ()
    guest.destroy()
    await driver.fleet.fresh(ref)
    assert (await driver.fleet.changes(ref, "s1")).lines == ()
    virsh("setmaxmem", "guest", "256M", "--config")
    virsh("desc", "guest", "--config", "--title", "Máy chủ")
    found = await driver.fleet.changes(ref, "s1")
    assert found.differences == ("192 MiB RAM then, 256 MiB now",)
    assert "+  <title>Máy chủ</title>" in found.lines


async def test_a_read_only_connection_shows_the_same(
    opener: Opener, virsh: Virsh, new_blank: NewBlank, tmp_path: Path
) -> None:
    new_blank()
    virsh("snapshot-create-as", "blank", "i1")
    only = Opener(opener.uri, readonly=True)
    async with driving(only, tmp_path / "state") as driver:
        ref = await driver.meet("blank")
        later = await driver.fleet.definition(ref, next_start=True)
        assert later.rstrip("\n") == virsh("dumpxml", "blank", "--inactive")
        assert "<name>i1</name>" in await driver.fleet.record(ref, "i1")
        assert (await driver.fleet.changes(ref, "i1")).lines == ()
