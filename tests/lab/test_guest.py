"""The lab's guest is a Linux with an agent: it freezes, falls silent, remembers and shuts down."""

from __future__ import annotations

from contextlib import suppress

import pytest
from lxml import etree

from tests.lab import disk
from tests.lab.conftest import NewGuest
from tests.lab.guest import AgentFailed, GuestDomain
from tests.lab.patience import eventually
from tests.lab.versions import HOST
from tests.lab.virsh import Virsh, VirshFailed
from tests.lab.xml import AGENT

pytestmark = [
    pytest.mark.lab,
    pytest.mark.usefixtures("daemon"),
    pytest.mark.parametrize("daemon", [HOST], indirect=True),  # the lab itself is tested
]


def channel(virsh: Virsh, domain: str) -> str:
    """What libvirt says of the agent's channel: connected or disconnected."""
    states = etree.fromstring(virsh("dumpxml", domain)).xpath(
        "devices/channel/target[@name=$name]/@state", name=AGENT
    )
    assert isinstance(states, list)
    assert len(states) == 1
    return str(states[0])


def test_the_agent_answers(new_guest: NewGuest, virsh: Virsh) -> None:
    made = new_guest("two-disks", spare=True)
    made.start()
    with pytest.raises(AgentFailed, match="not connected"):
        made.agent("guest-ping")
    made.wait_agent()
    assert channel(virsh, made.name) == "connected"
    assert made.agent("guest-get-osinfo")["id"] == "kvmtui-lab"
    assert made.agent("guest-get-host-name")["host-name"] == "two-disks"
    assert made.execute("uname -s && echo $((6 * 7))") == "Linux\n42\n"
    names = {face["name"] for face in made.agent("guest-network-get-interfaces")}
    assert names == {"lo"}
    targets = [row.split() for row in virsh("domfsinfo", made.name).splitlines()]
    assert sorted((row[0], row[2], row[3]) for row in targets) == [
        ("/data", "ext4", "vda"),
        ("/spare", "ext4", "vdb"),
    ]
    made.write_marker("second", folder="spare")
    assert made.read_marker() is None
    assert made.read_marker(folder="spare") == "second"
    assert disk.read_file(made.sources()["vdb"], "marker") == "second"


def test_a_marker_survives_power_loss(guest: GuestDomain) -> None:
    odd = """it's "odd" $(x) ü"""
    assert guest.read_marker() is None
    guest.write_marker(odd)
    assert guest.execute("cat /data/marker") == odd
    guest.destroy()
    assert disk.read_file(guest.disks[0], "marker") == odd
    guest.start()
    guest.wait_agent()
    assert guest.read_marker() == odd


def test_a_quiesced_snapshot_has_a_file_system_at_rest(guest: GuestDomain, virsh: Virsh) -> None:
    base = guest.disks[0]
    guest.write_marker("before")
    assert not disk.at_rest(base)
    order = ("snapshot-create-as", guest.name, "--disk-only", "--atomic", "--name")
    virsh(*order, "s1", "--quiesce")
    guest.write_marker("after")
    assert guest.agent("guest-fsfreeze-status") == "thawed"
    assert disk.at_rest(base)
    assert disk.read_file(base, "marker") == "before"
    assert disk.read_file(guest.sources()["vda"], "marker") == "after"
    middle = guest.sources()["vda"]
    virsh(*order, "s2")
    assert not disk.at_rest(middle)


def test_a_frozen_guest_says_so(guest: GuestDomain) -> None:
    assert guest.agent("guest-fsfreeze-freeze") == 1
    assert guest.agent("guest-fsfreeze-status") == "frozen"
    with pytest.raises(AgentFailed, match="has been disabled"):
        guest.agent("guest-get-osinfo")
    assert guest.agent("guest-fsfreeze-thaw") == 1
    guest.write_marker("thawed")


def test_a_stopped_agent_is_connected_and_silent(guest: GuestDomain, virsh: Virsh) -> None:
    guest.stop_agent()
    assert channel(virsh, guest.name) == "connected"
    with pytest.raises(AgentFailed, match="agent"):
        guest.agent("guest-ping", timeout=1)
    with pytest.raises(VirshFailed, match="agent"):
        virsh("snapshot-create-as", guest.name, "s1", "--disk-only", "--quiesce")
    guest.write_marker("the shell needs no agent")
    guest.continue_agent()
    guest.wait_agent(10)
    assert guest.read_marker() == "the shell needs no agent"


def test_memory_goes_back_with_an_internal_snapshot(guest: GuestDomain, virsh: Virsh) -> None:
    guest.write_marker("then")
    guest.run("echo then > /tmp/memory")
    virsh("snapshot-create-as", guest.name, "s1")
    guest.write_marker("now")
    guest.run("echo now > /tmp/memory")
    virsh("snapshot-revert", guest.name, "s1")
    guest.wait_agent(10)
    assert guest.read_marker() == "then"
    assert guest.run("cat /tmp/memory") == "then\n"


@pytest.mark.parametrize("mode", ["acpi", "agent"])
def test_it_shuts_down_when_asked(guest: GuestDomain, virsh: Virsh, mode: str) -> None:
    guest.write_marker("last words")
    with suppress(VirshFailed):  # the agent may be gone before libvirt has its answer
        virsh("shutdown", guest.name, "--mode", mode)
    eventually(lambda: guest.state == "shut off", f"off by {mode}")
    assert disk.at_rest(guest.disks[0])
    assert disk.read_file(guest.disks[0], "marker") == "last words"
