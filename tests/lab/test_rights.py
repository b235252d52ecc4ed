"""Connections that may do less: what can be read is shown, and nothing is offered in vain."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import libvirt
import pytest

from kvmtui.host.virt import Opener
from kvmtui.host.virt.facts import FOR_READING
from kvmtui.model.domain import Config, Domain
from kvmtui.model.guest import Answer
from kvmtui.model.value import replace
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Create, Delete, FreezeGuest, Merge, Revert, Switch
from tests.host.driver import Driver, driving
from tests.lab.conftest import complete
from tests.lab.daemon import Daemon
from tests.lab.guest import GuestDomain
from tests.lab.missing import Missing

pytestmark = pytest.mark.lab

PRIVATE = "Failed to connect socket to '/run/libvirt/libvirt-sock': Permission denied"


@pytest.fixture
def for_reading(daemon: Daemon) -> Opener:
    """Connects to the socket over which libvirt takes no changes."""
    with complete():
        if not daemon.privileged:
            raise Missing("only a system daemon has a socket for reading: run the test as root")
    return Opener(f"{daemon.remote}-ro")


def closed(monkeypatch: pytest.MonkeyPatch, code: int, words: str, number: int) -> None:
    """Lets nobody in who wants to change anything, as libvirt and its socket do."""
    error = libvirt.libvirtError(words)
    error.err = (code, libvirt.VIR_FROM_RPC, words, 2, words, None, None, number, -1)

    def refuse(_uri: str | None) -> Any:
        raise error

    monkeypatch.setattr(libvirt, "open", refuse)


def told(domain: Domain) -> Config:
    """What is known of the definition and the chains, without how much room there is just now."""
    assert domain.config is not None
    disks = (
        replace(disk, free=None, layers=tuple(replace(la, free=None, used=0) for la in disk.layers))
        for disk in domain.config.disks
    )
    return replace(domain.config, disks=tuple(disks))


async def test_over_the_socket_for_reading_all_is_shown_and_nothing_is_offered(
    driver: Driver, for_reading: Opener, guest: GuestDomain, tmp_path: Path
) -> None:
    ref = await driver.meet("guest")
    await driver.carry_out(Create(ref, "s1"))
    async with driving(for_reading, tmp_path / "other") as reader:
        ref = await reader.meet("guest")
        await reader.until_domain("guest", lambda d: d.guest and d.guest.answer is Answer.DENIED)
        await driver.fleet.fresh(driver.ref("guest"))
        await reader.fleet.fresh(ref)
        mine, theirs = driver.domain("guest"), reader.domain("guest")
        assert (theirs.forest, told(theirs)) == (mine.forest, told(mine))
        assert theirs.trouble == ""
        assert (reader.host.readonly, reader.host.facts.barred) == (True, FOR_READING)
        base = str(guest.disks[0])
        for wish in (
            Create(ref, "s2"),
            Revert(ref, "s1"),
            Delete(ref, "s1"),
            Merge(ref, "vda", base),
            FreezeGuest(ref),
            Switch(ref, Verb.PAUSE),
        ):
            assert await reader.refused(wish) == "read-only"


@pytest.mark.parametrize(
    ("code", "words", "number"),
    [
        (libvirt.VIR_ERR_SYSTEM_ERROR, PRIVATE, errno.EACCES),
        (libvirt.VIR_ERR_SYSTEM_ERROR, f"Cannot recv data: {PRIVATE}", errno.ECONNRESET),
        (94, "authentication unavailable: no polkit agent available", -1),
    ],
    ids=["socket", "ssh", "polkit"],
)
async def test_who_may_not_change_anything_is_let_in_to_look(
    daemon: Daemon,
    guest: GuestDomain,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    words: str,
    number: int,
) -> None:
    closed(monkeypatch, code, words, number)
    async with driving(Opener(daemon.remote), tmp_path / "state") as driver:
        ref = await driver.meet("guest")
        assert driver.host.readonly
        assert driver.host.facts.barred.startswith(words)
        assert "group libvirt" in driver.host.facts.barred
        assert await driver.refused(Create(ref, "s1")) == "read-only"


async def test_a_daemon_that_is_not_there_is_not_asked_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(libvirt, "openReadOnly", asked.append)
    closed(monkeypatch, libvirt.VIR_ERR_SYSTEM_ERROR, "Connection refused", errno.ECONNREFUSED)
    with pytest.raises(Exception, match="Connection refused"):
        Opener("qemu:///system").open()
    assert asked == []
