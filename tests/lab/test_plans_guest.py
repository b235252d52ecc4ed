"""Plans on a real guest: quiesce, an agent that falls silent, files that go back in time."""

from __future__ import annotations

import asyncio
import time

import pytest

from kvmtui.model.domain import State
from kvmtui.model.guest import Answer, Channel
from kvmtui.plans.create import refusals
from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import Verb
from kvmtui.plans.subject import find
from kvmtui.plans.wishes import Create, Revert, Switch
from tests.host.driver import Driver
from tests.lab import disk
from tests.lab.agreement import agree
from tests.lab.conftest import NewBlank, NewGuest
from tests.lab.guest import BOOT, GuestDomain
from tests.lab.proof import Proves
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab


async def answered(driver: Driver, answer: Answer, seconds: float = 10.0) -> float:
    """Waits until the selected guest's agent was asked with that result.

    RAM that is saved while it answers wakes up amid its answer, and libvirt calls it broken.
    """
    return await driver.until_domain(
        "guest", lambda d: d.guest is not None and d.guest.answer is answer, seconds, answer.value
    )


def quiesce(driver: Driver) -> Refusal | None:
    """Whether quiesce is offered."""
    subject = find(driver.fleet.world, driver.ref("guest"))
    assert not isinstance(subject, Refusal)
    return refusals.can_quiesce(subject)


async def test_a_quiesced_snapshot_needs_no_replay_and_files_go_back(
    driver: Driver, proves: Proves, virsh: Virsh, guest: GuestDomain
) -> None:
    ref = await driver.meet("guest")
    await answered(driver, Answer.ANSWERING)
    shown = driver.domain("guest").guest
    assert shown is not None
    assert (shown.hostname, shown.frozen, shown.trouble) == ("guest", False, "")
    assert [(fs.mountpoint, fs.type, fs.disks) for fs in shown.filesystems] == [
        ("/data", "ext4", ("vda",))
    ]
    assert shown.version
    assert quiesce(driver) is None
    guest.write_marker("before")
    wish = Create(ref, "s1", quiesce=True)
    assert await proves("create: disk-only, quiesced", wish)
    agree(driver, virsh, "guest")
    assert guest.agent("guest-fsfreeze-status") == "thawed"
    guest.write_marker("after")
    assert disk.at_rest(guest.disks[0])
    assert disk.read_file(guest.disks[0], "marker") == "before"
    await driver.carry_out(Revert(ref, "s1"))
    agree(driver, virsh, "guest")
    guest.wait_agent()
    assert guest.read_marker() == "before"
    kept = guest.disks[0].with_name("guest-vda.s1.qcow2")
    assert disk.read_file(kept, "marker") == "after"
    await driver.carry_out(Revert(ref, "before-revert", safety=False))
    assert disk.read_file(guest.sources()["vda"], "marker") == "after"


async def test_a_silent_agent_is_told_soon_holds_up_nothing_and_quiesce_is_refused(
    driver: Driver, guest: GuestDomain
) -> None:
    ref = await driver.meet("guest")
    await answered(driver, Answer.ANSWERING)
    guest.stop_agent()
    driver.fleet.refresh(ref)
    assert await answered(driver, Answer.SILENT) < 3.5
    config, shown = driver.domain("guest").config, driver.domain("guest").guest
    assert config is not None
    assert shown is not None
    assert config.channel is Channel.CONNECTED
    assert shown.trouble
    refusal = quiesce(driver)
    assert refusal is not None
    assert (refusal.rule, refusal.reason) == ("agent silent", "the guest agent does not answer")
    driver.fleet.refresh(ref)
    begun = time.monotonic()
    assert await driver.refused(Create(ref, "s1", quiesce=True)) == "agent silent"
    assert time.monotonic() - begun < 1, "the agent holds up what needs no agent"
    await driver.carry_out(Create(ref, "s1"))
    guest.continue_agent()
    guest.wait_agent(10)
    driver.fleet.refresh(ref)
    await answered(driver, Answer.ANSWERING)
    assert quiesce(driver) is None


async def test_a_frozen_guest_is_shown_frozen_and_not_quiesced_again(
    driver: Driver, guest: GuestDomain
) -> None:
    ref = await driver.meet("guest")
    await answered(driver, Answer.ANSWERING)
    guest.agent("guest-fsfreeze-freeze")
    driver.fleet.refresh(ref)
    await driver.until_domain("guest", lambda d: d.guest is not None and d.guest.frozen, 10)
    assert await driver.refused(Create(ref, "s1", quiesce=True)) == "frozen"
    guest.agent("guest-fsfreeze-thaw")


async def test_ram_and_files_go_back_together(
    driver: Driver, proves: Proves, virsh: Virsh, guest: GuestDomain
) -> None:
    ref = await driver.meet("guest")
    await answered(driver, Answer.ANSWERING)
    guest.write_marker("then")
    guest.run("echo then > /tmp/memory")
    await driver.carry_out(Create(ref, "i1", how="internal"))
    guest.write_marker("now")
    guest.run("echo now > /tmp/memory")
    assert await proves("revert: internal, RAM and files of a guest", Revert(ref, "i1"))
    agree(driver, virsh, "guest")
    guest.wait_agent(10)
    assert (guest.read_marker(), guest.run("cat /tmp/memory")) == ("then", "then\n")
    await driver.carry_out(Revert(ref, "before-revert", safety=False))
    guest.wait_agent(10)
    assert (guest.read_marker(), guest.run("cat /tmp/memory")) == ("now", "now\n")


async def test_ram_from_a_file_fits_the_disks_it_comes_back_with(
    driver: Driver, proves: Proves, virsh: Virsh, guest: GuestDomain
) -> None:
    ref = await driver.meet("guest")
    await answered(driver, Answer.ANSWERING)
    guest.write_marker("then")
    guest.run("echo then > /tmp/memory")
    assert await proves("create: with RAM in a file", Create(ref, "s1", how="ram"))
    guest.write_marker("now")
    guest.run("echo now > /tmp/memory")
    assert await proves("revert: with RAM in a file", Revert(ref, "s1", safety_ram=True))
    agree(driver, virsh, "guest")
    guest.wait_agent(10)
    assert (guest.read_marker(), guest.run("cat /tmp/memory")) == ("then", "then\n")
    await driver.carry_out(Revert(ref, "before-revert"))
    agree(driver, virsh, "guest")
    guest.wait_agent(10)
    assert (guest.read_marker(), guest.run("cat /tmp/memory")) == ("now", "now\n")
    wish = Revert(ref, "s1", ram=False, safety=False)
    assert await proves("revert: with RAM in a file, disks only", wish)
    guest.wait_agent()
    assert guest.read_marker() == "then"
    assert guest.run("cat /tmp/memory 2>/dev/null || echo booted") == "booted\n"


async def test_a_guest_that_ran_on_while_its_ram_was_saved_wakes_up_with_its_disks(
    driver: Driver, proves: Proves, virsh: Virsh, guest: GuestDomain
) -> None:
    ref = await driver.meet("guest")
    await answered(driver, Answer.ANSWERING)
    guest.write_marker("then")
    guest.run("echo then > /tmp/memory")
    wish = Create(ref, "s1", how="ram", live=True)
    assert await proves("create: with RAM in a file, the guest runs on meanwhile", wish)
    guest.write_marker("now")
    guest.run("echo now > /tmp/memory")
    await driver.carry_out(Revert(ref, "s1", safety=False))
    agree(driver, virsh, "guest")
    guest.wait_agent(10)
    assert (guest.read_marker(), guest.run("cat /tmp/memory")) == ("then", "then\n")


async def test_an_agent_that_comes_up_is_asked_and_a_guest_shuts_down_when_asked(
    driver: Driver, virsh: Virsh, new_guest: NewGuest
) -> None:
    new_guest()
    ref = await driver.meet("guest")
    await driver.carry_out(Switch(ref, Verb.START))
    await answered(driver, Answer.ANSWERING, BOOT)
    await driver.carry_out(Switch(ref, Verb.PAUSE))
    await answered(driver, Answer.UNASKED)
    await driver.carry_out(Switch(ref, Verb.RESUME))
    await answered(driver, Answer.ANSWERING)
    await driver.carry_out(Switch(ref, Verb.SHUTDOWN))
    await driver.until_domain("guest", lambda d: d.state is State.OFF, BOOT, "off")
    agree(driver, virsh, "guest")
    assert driver.domain("guest").trouble == ""


async def test_an_agent_that_came_up_meanwhile_is_asked_when_its_domain_is_looked_at(
    driver: Driver, guest: GuestDomain, new_blank: NewBlank
) -> None:
    guest.handle.managedSave()
    new_blank()
    ref = await driver.meet("guest")
    await driver.until_domain("guest", lambda d: d.guest is not None, 10, "told from its channel")
    await driver.meet("blank")
    await asyncio.to_thread(guest.start)
    await asyncio.to_thread(guest.wait_agent)
    driver.fleet.select(ref)
    await answered(driver, Answer.ANSWERING)
