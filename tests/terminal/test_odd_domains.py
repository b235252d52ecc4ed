"""Domains unlike the others: nothing crashes, and what is refused says the right reason."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from lxml import etree
from lxml.builder import E

from tests.lab import disk, xml
from tests.lab.conftest import NewBlank
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain, define
from tests.terminal.conftest import running
from tests.terminal.screen import closed, go_to, layers, refusal, row, take
from tests.terminal.terminal import Terminal

pytestmark = [pytest.mark.terminal, pytest.mark.lab]

Change = Callable[[etree._Element], object]
NewOdd = Callable[..., LabDomain]


@pytest.fixture(scope="module")
def screen(daemon: Daemon, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """kvmtui on that daemon; domains come and go before its eyes."""
    with running(tmp_path_factory.mktemp("state"), "-c", daemon.uri) as terminal:
        terminal.until("no domains")
        yield terminal


@pytest.fixture
def new_odd(daemon: Daemon, screen: Terminal, tmp_path: Path) -> Iterator[NewOdd]:
    """Makes a domain whose definition was changed, and leaves the screen on it."""
    made: list[LabDomain] = []

    def make(name: str, disks: Sequence[Path], change: Change | None = None) -> LabDomain:
        tree = etree.fromstring(xml.blank(name, disks))
        if change is not None:
            change(tree)
        define(daemon, etree.tostring(tree, encoding="unicode"))
        made.append(LabDomain(daemon, name, tuple(disks)))
        go_to(screen, name)
        return made[-1]

    yield make
    closed(screen)
    for domain in made:
        domain.remove()


def test_a_drive_without_medium_is_left_out_of_snapshots(
    screen: Terminal, new_odd: NewOdd, tmp_path: Path
) -> None:
    def add_drive(tree: etree._Element) -> None:
        drive = E.disk(E.target(dev="sda", bus="sata"), E.readonly(), type="file", device="cdrom")
        devices = tree.find("devices")
        assert devices is not None
        devices.append(drive)

    domain = new_odd("drive", [disk.create(tmp_path / "drive.qcow2")], add_drive)
    screen.until("sda  cdrom, no medium")
    refusal(screen, "c", "vda has no layer below its active one")
    domain.start()
    screen.until("● drive ")
    take(screen, "drive", "with-drive")
    screen.until(lambda text: layers(text) == 2)
    assert domain.daemon.virsh("snapshot-list", "drive", "--name") == "with-drive"


def test_a_raw_disk_takes_no_snapshot_inside(
    screen: Terminal, new_odd: NewOdd, tmp_path: Path
) -> None:
    def make_raw(tree: etree._Element) -> None:
        driver = tree.find("devices/disk/driver")
        assert driver is not None
        driver.set("type", "raw")

    image = tmp_path / "raw.img"
    subprocess.run(["qemu-img", "create", "-q", "-f", "raw", image, "8M"], check=True)
    new_odd("raw", [image], make_raw).start()
    screen.until("● raw ")
    go_to(screen, "raw")
    refusal(screen, "c", "vda has no layer below its active one")
    screen.press("s")
    screen.until("inside the image: vda is raw")
    screen.press("tab", "tab", "right", "right", "right")
    assert "● inside the image" not in screen.until("● disks and RAM")


def test_a_missing_file_is_marked_and_refuses_snapshots(
    screen: Terminal, new_odd: NewOdd, tmp_path: Path
) -> None:
    image = disk.create(tmp_path / "missing.qcow2")
    image.unlink()
    new_odd("missing", [image])
    screen.until(lambda text: "○ missing " in text and " lost " in text and "missing  " in text)
    go_to(screen, "missing")
    refusal(screen, "s", f"{image.name} of vda is missing")


def test_a_domain_without_disks_has_nothing_to_keep(screen: Terminal, new_odd: NewOdd) -> None:
    domain = new_odd("diskless", [])
    screen.until("no disks")
    go_to(screen, "diskless")
    refusal(screen, "s", "no writable disk is chosen")
    refusal(screen, "c", "no writable disk is selected")
    refusal(screen, "r", "no snapshot is selected")
    refusal(screen, "d", "no snapshot is selected")
    domain.start()
    screen.until("● diskless ")
    refusal(screen, "s", "no writable disk is chosen")


def test_what_virsh_does_to_a_domain_that_is_off_is_shown_within_ten_seconds(
    screen: Terminal, new_blank: NewBlank
) -> None:
    domain = new_blank("cold")
    go_to(screen, "cold")
    screen.until(lambda text: layers(text) == 1)
    domain.daemon.virsh("snapshot-create-as", "cold", "by-virsh")
    text = screen.until(lambda text: row(text, "by-virsh"), 10)
    assert row(text, "by-virsh").startswith("inner ")
    domain.daemon.virsh("undefine", "cold", "--snapshots-metadata")
    screen.until(lambda text: "cold" not in text, 2)
