"""A snapshot whose thaw fails: the overlays are in use, and kvmtui says so and leads back."""

from __future__ import annotations

import pytest

from kvmtui.model.guest import Answer
from kvmtui.plans.plan import Plan
from kvmtui.plans.wishes import Create, Merge
from tests.host.driver import Driver
from tests.lab import disk
from tests.lab.agreement import agree
from tests.lab.guest import GuestDomain
from tests.lab.test_plans_guest import answered
from tests.lab.virsh import Virsh

pytestmark = pytest.mark.lab

AGENT = "qemu-ga --method=virtio-serial --statedir=/run --pidfile=/run/qemu-ga.pid --daemonize"
PORT = "/dev/$(basename $(dirname $(grep -l guest_agent /sys/class/virtio-ports/*/name)))"


def restart_agent(guest: GuestDomain, *options: str) -> None:
    """Has the guest run its agent with other options."""
    guest.run("kill $(cat /run/qemu-ga.pid); while [ -e /run/qemu-ga.pid ]; do sleep 0.1; done")
    guest.run(f"{AGENT} --path={PORT} {' '.join(options)}")
    guest.wait_agent(10)


async def test_overlays_that_are_in_use_after_an_error_are_told_and_committed(
    driver: Driver, virsh: Virsh, guest: GuestDomain
) -> None:
    ref = await driver.meet("guest")
    await answered(driver, Answer.ANSWERING)
    guest.write_marker("before")
    plan = await driver.plan(Create(ref, "s1", quiesce=True))
    assert isinstance(plan, Plan)
    restart_agent(guest, "--block-rpcs=guest-fsfreeze-thaw")
    outcome = await driver.fleet.perform(plan)
    if int(str(guest.agent("guest-info")["version"]).partition(".")[0]) > 8:
        assert outcome.ok, "newer agents thaw even if they are told not to"
        return
    assert not outcome.ok
    assert "the overlay is in use although libvirt reported an error" in outcome.says
    assert "the snapshot has no record" in outcome.says
    assert "the guest may be frozen: " in outcome.says
    assert any("in use" in entry.result for entry in driver.fleet.journal.entries)
    assert virsh("snapshot-list", "guest", "--name") == ""
    overlay = guest.sources()["vda"]
    assert overlay != guest.disks[0]
    assert disk.at_rest(guest.disks[0])

    guest.run("fsfreeze --unfreeze /data")
    guest.write_marker("after")
    await driver.carry_out(Merge(ref, "vda", str(guest.disks[0])))
    agree(driver, virsh, "guest")
    assert guest.sources() == {"vda": guest.disks[0]}
    assert guest.read_marker() == "after"
    assert not overlay.exists()
