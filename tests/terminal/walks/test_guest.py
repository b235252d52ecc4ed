"""What administrators do to a real guest, by keys; what the guest then finds on its disk."""

from __future__ import annotations

import pytest

from tests.lab import disk
from tests.lab.daemon import Daemon
from tests.lab.guest import GuestDomain
from tests.lab.patience import eventually
from tests.terminal.conftest import Run
from tests.terminal.screen import (
    agree,
    finished,
    go_to,
    layers,
    names,
    row,
    shut_down,
    switch,
    take,
)
from tests.terminal.terminal import Terminal

pytestmark = [pytest.mark.terminal, pytest.mark.lab]

RAM, INSIDE = ("tab", "tab", "right"), ("tab", "tab", "right", "right")
"""From the name to the kind."""


@pytest.fixture
def guest(guest: GuestDomain) -> GuestDomain:
    """A guest whose agent answers, and whose disk holds “before”."""
    guest.write_marker("before")
    return guest


@pytest.fixture
def screen(kvmtui: Run, daemon: Daemon, guest: GuestDomain) -> Terminal:
    """kvmtui on that guest, and its agent was asked."""
    terminal = kvmtui("-c", daemon.uri)
    go_to(terminal, "guest")
    terminal.until(lambda text: layers(text) == 1 and "answering" in text)
    return terminal


def before_the_upgrade(screen: Terminal, guest: GuestDomain) -> None:
    """Disks only and quiesced, as the form proposes; then the guest is upgraded."""
    screen.press("s")
    screen.until("Take a snapshot of guest ─")
    screen.until("[x] quiesce file systems")
    screen.press("snap-pre-upgrade", "enter")
    finished(screen, "Take a snapshot of guest")
    screen.until(lambda text: layers(text) == 2 and row(text, "snap-pre-upgrade"))
    assert disk.at_rest(guest.disks[0])
    assert guest.agent("guest-fsfreeze-status") == "thawed"
    guest.write_marker("upgrade")


def test_an_upgrade_is_taken_back(screen: Terminal, guest: GuestDomain) -> None:
    before_the_upgrade(screen, guest)
    screen.press("2", "g")
    agree(screen, "r", "Revert guest to “snap-pre-upgrade”")
    guest.wait_agent()
    assert guest.read_marker() == "before"
    assert guest.state == "running"
    assert disk.read_file(guest.disks[0], "marker") == "before"


def test_an_upgrade_is_kept_and_cleaned_up_after(screen: Terminal, guest: GuestDomain) -> None:
    before_the_upgrade(screen, guest)
    overlay = guest.sources()["vda"]
    agree(screen, "c", "Commit vda of guest")
    screen.until(lambda text: layers(text) == 1 and not row(text, "snap-pre-upgrade"))
    assert guest.sources() == {"vda": guest.disks[0]}
    assert names(guest) == []
    assert not overlay.exists()
    assert guest.read_marker() == "upgrade"
    assert [part["filename"] for part in disk.info(guest.disks[0])] == [str(guest.disks[0])]


def test_a_guest_that_a_killed_kvmtui_has_frozen_is_found_and_thawed(
    screen: Terminal, kvmtui: Run, daemon: Daemon, guest: GuestDomain
) -> None:
    agree(screen, "f", "Freeze the file systems of guest")
    assert guest.agent("guest-fsfreeze-status") == "frozen"
    guest.run("(echo -n after > /data/marker; sync) > /dev/null 2>&1 &")
    screen.process.kill()
    screen.process.wait()
    later = kvmtui("-c", daemon.uri)
    text = go_to(later, "guest")
    text = later.until(lambda text: "FROZEN: it cannot write; t thaws it" in text)
    assert "frozen" in next(line for line in text.splitlines() if "● guest" in line)
    assert disk.read_file(guest.disks[0], "marker") == "before"
    agree(later, "t", "Thaw the file systems of guest")
    assert guest.agent("guest-fsfreeze-status") == "thawed"
    eventually(lambda: guest.read_marker() == "after", "the guest writes again")


def test_inside_the_image_while_it_is_off(screen: Terminal, guest: GuestDomain) -> None:
    off(screen, guest)
    take(screen, "guest", "instantánea1", *RAM)  # RAM is passed over: it has none
    screen.until(lambda text: row(text, "instantánea1").startswith("inner "))
    switch(screen, "guest", "start")
    guest.wait_agent()
    guest.write_marker("upgrade")
    off(screen, guest)
    screen.press("2", "g")
    agree(screen, "r", "Revert guest to “instantánea1”")
    assert guest.state == "shut off"
    assert disk.read_file(guest.disks[0], "marker") == "before"
    switch(screen, "guest", "start")
    guest.wait_agent()
    assert guest.read_marker() == "before"


def off(screen: Terminal, guest: GuestDomain) -> None:
    """Shuts the guest down by the power menu."""
    shut_down(screen, "guest")
    eventually(lambda: guest.state == "shut off", "the guest is off")
    screen.until("○ guest ")


@pytest.mark.parametrize("where", ["inside", "file"])
def test_with_ram_the_guest_goes_on_exactly_there(
    screen: Terminal, guest: GuestDomain, where: str
) -> None:
    guest.run("echo then > /tmp/memory; sleep 100000 & echo $! > /tmp/pid")
    take(screen, "guest", "with-ram", *(INSIDE if where == "inside" else RAM))
    kind = "inner+RAM" if where == "inside" else "disks+RAM"
    screen.until(lambda text: row(text, "with-ram").startswith(kind))
    guest.write_marker("upgrade")
    guest.run("echo now > /tmp/memory; kill $(cat /tmp/pid)")
    screen.press("2", "g")
    agree(screen, "r", "Revert guest to “with-ram”")
    assert guest.state == "running"
    assert guest.run("cat /tmp/memory; kill -0 $(cat /tmp/pid) && echo alive") == "then\nalive\n"
    assert guest.read_marker() == "before"
    guest.wait_agent()
