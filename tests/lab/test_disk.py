"""Patterns on the lab's disks say which image holds what, on and off."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab import disk
from tests.lab.conftest import NewBlank
from tests.lab.domain import LabDomain
from tests.lab.versions import HOST
from tests.lab.virsh import Virsh

pytestmark = [
    pytest.mark.lab,
    pytest.mark.usefixtures("daemon"),
    pytest.mark.parametrize("daemon", [HOST], indirect=True),  # the lab itself is tested
]


def test_a_wrong_pattern_is_seen(tmp_path: Path) -> None:
    image = disk.create(tmp_path / "a.qcow2")
    disk.write(image, 0x11)
    assert disk.holds(image, 0x11)
    assert not disk.holds(image, 0x12)
    assert disk.holds(image, 0, offset=disk.PAGE)
    assert not disk.holds(image, 0x11, length=2 * disk.PAGE)
    with pytest.raises(RuntimeError, match="qemu-io"):
        disk.holds(tmp_path / "absent.qcow2", 0x11)


def test_every_disk_has_its_own_pattern(new_blank: NewBlank) -> None:
    made = new_blank(disks=3)
    assert list(made.sources()) == ["vda", "vdb", "vdc"]
    assert made.sources()["vdc"] == made.disks[2]
    assert [made.holds(target, 0x33) for target in made.sources()] == [False, False, True]


def test_what_is_written_after_a_snapshot_is_in_the_overlay(virsh: Virsh, blank: LabDomain) -> None:
    base = blank.sources()["vdb"]
    blank.write("vdb", 0x77, offset=disk.PAGE)
    virsh("snapshot-create-as", blank.name, "s1", "--disk-only", "--atomic")
    overlay = blank.sources()["vdb"]
    assert overlay != base
    assert [Path(layer["filename"]) for layer in disk.info(overlay)] == [overlay, base]
    blank.write("vdb", 0x99, offset=disk.PAGE)
    assert disk.holds(base, 0x77, offset=disk.PAGE)
    assert blank.holds("vdb", 0x99, offset=disk.PAGE)
    assert blank.holds("vdb", 0x22)
    blank.destroy()
    blank.write("vdb", 0xAA, offset=disk.PAGE)
    assert blank.holds("vdb", 0xAA, offset=disk.PAGE)
    assert disk.holds(base, 0x77, offset=disk.PAGE)


def test_an_active_commit_brings_the_overlay_home(virsh: Virsh, blank: LabDomain) -> None:
    base = blank.sources()["vda"]
    virsh("snapshot-create-as", blank.name, "s1", "--disk-only", "--diskspec", "vdb,snapshot=no")
    blank.write("vda", 0x55, offset=disk.PAGE)
    assert disk.holds(base, 0, offset=disk.PAGE)
    virsh("blockcommit", blank.name, "vda", "--active", "--pivot", "--wait")
    assert blank.sources()["vda"] == base
    assert disk.holds(base, 0x55, offset=disk.PAGE)
