"""A definition is outlined, and two of them differ in what an administrator would miss."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.model import parse
from kvmtui.model.definition import Card, Definition, Drive, differences, read
from kvmtui.model.value import replace
from kvmtui.model.xml import tree

DOCUMENTS = Path(__file__).parent / "documents"
WEB = read(tree((DOCUMENTS / "off.xml").read_text()))


def outlined(devices: str = "", rest: str = "") -> Definition:
    return read(tree(f"<domain>{rest}<devices>{devices}</devices></domain>"))


def test_everything_that_would_be_missed_is_in_the_outline() -> None:
    running = read(tree((DOCUMENTS / "running.xml").read_text()))
    assert running == Definition(
        memory=8 * 2**30,
        vcpus=4,
        machine="pc-q35-7.2",
        firmware="UEFI",
        drives=(
            Drive("vda", "disk", "virtio"),
            Drive("vdb", "disk", "virtio"),
            Drive("sda", "lun", "scsi"),
            Drive("vdc", "disk", "virtio"),
            Drive("sdb", "cdrom", "sata"),
        ),
        cards=(Card("", "network default"),),
        others=(
            "channel com.redhat.spice.0",
            "channel org.qemu.guest_agent.0",
            "hostdev pci 0000:3b:00:0",
        ),
    )


def test_units_bios_and_media() -> None:
    assert (WEB.memory, WEB.vcpus, WEB.firmware) == (2 * 2**30, 2, "BIOS")
    assert WEB.drives[1] == Drive("sda", "cdrom", "sata", "/iso/debian-13.iso")


@pytest.mark.parametrize(
    ("rest", "field", "value"),
    [
        ("<vcpu current='2'>8</vcpu>", "vcpus", 2),
        ("<vcpu placement='static'>8</vcpu>", "vcpus", 8),
        ("<vcpu>many</vcpu>", "vcpus", 0),
        ("<memory>1048576</memory>", "memory", 2**30),
        ("<os firmware='efi'/>", "firmware", "UEFI"),
        ("<cpu mode='host-passthrough'/>", "cpu", "host-passthrough"),
        ("<cpu mode='custom'><model>EPYC</model></cpu>", "cpu", "EPYC"),
    ],
)
def test_a_part_of_the_outline(rest: str, field: str, value: object) -> None:
    assert getattr(outlined(rest=rest), field) == value


@pytest.mark.parametrize(
    ("device", "said"),
    [
        ("<graphics type='vnc' port='5900'/>", "graphics vnc"),
        ("<video><model type='virtio'/></video>", "video virtio"),
        ("<tpm model='tpm-crb'/>", "tpm tpm-crb"),
        ("<filesystem type='mount'><target dir='data'/></filesystem>", "filesystem data"),
        (
            "<hostdev type='usb'><source><vendor id='0x1d6b'/><product id='0x2'/></source>"
            "</hostdev>",
            "hostdev usb 1d6b:2",
        ),
    ],
)
def test_a_further_device_in_its_words(device: str, said: str) -> None:
    assert outlined(device).others == (said,)


@pytest.mark.parametrize(
    ("interface", "card"),
    [
        (
            "<interface type='bridge'><source bridge='br0'/><mac address='a'/></interface>",
            "bridge br0",
        ),
        ("<interface type='direct'><source dev='eno1' mode='bridge'/></interface>", "dev eno1"),
        ("<interface type='user'/>", "user"),
    ],
)
def test_a_card_says_what_it_is_plugged_into(interface: str, card: str) -> None:
    assert outlined(interface).cards[0].network == card


BEFORE = Definition(
    2**30, 2, "pc-q35-7.2", "BIOS", "EPYC",
    (Drive("vda", "disk", "virtio"), Drive("sda", "cdrom", "sata", "/iso/a.iso")),
    (Card("52:54:00:00:00:01", "network default"),),
    ("graphics vnc", "watchdog i6300esb"),
)  # fmt: skip
DATA = Drive("vdb", "disk", "virtio")
SECOND = Card("52:54:00:00:00:02", "bridge br0")


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({"vcpus": 4}, "2 vCPUs then, 4 now"),
        ({"memory": 2**31}, "1 GiB RAM then, 2 GiB now"),
        ({"memory": 2**30 + 2**20}, "1 GiB RAM then, 1025 MiB now"),
        ({"firmware": "UEFI"}, "BIOS then, UEFI now"),
        ({"machine": "pc-q35-8.2"}, "machine pc-q35-7.2 then, pc-q35-8.2 now"),
        ({"cpu": ""}, "CPU EPYC then, of no kind now"),
        ({"drives": (*BEFORE.drives, DATA)}, "vdb attached since"),
        ({"drives": BEFORE.drives[:1]}, "cdrom sda gone since"),
        (
            {"drives": (replace(BEFORE.drives[0], bus="sata"), BEFORE.drives[1])},
            "vda was a virtio disk then, is a sata disk now",
        ),
        (
            {"drives": (BEFORE.drives[0], replace(BEFORE.drives[1], medium=""))},
            "sda held a.iso then, holds nothing now",
        ),
        ({"cards": (*BEFORE.cards, SECOND)}, "network card 52:54:00:00:00:02 added since"),
        ({"cards": ()}, "network card 52:54:00:00:00:01 gone since"),
        (
            {"cards": (Card("52:54:00:00:00:01", "bridge br0"),)},
            "network card 52:54:00:00:00:01 on network default then, on bridge br0 now",
        ),
        ({"others": ("graphics vnc",)}, "watchdog i6300esb gone since"),
        (
            {"others": (*BEFORE.others, "video virtio", "video virtio")},
            "2 × video virtio added since",
        ),
    ],
)
def test_one_difference_is_one_phrase(now: dict[str, object], said: str) -> None:
    assert differences(BEFORE, replace(BEFORE, **now)) == (said,)  # type: ignore[arg-type]


def test_one_vcpu_is_one_and_equal_definitions_differ_in_nothing() -> None:
    assert differences(replace(BEFORE, vcpus=1), BEFORE) == ("1 vCPU then, 2 now",)
    assert differences(BEFORE, BEFORE) == ()


def test_all_differences_are_told_the_plain_ones_first() -> None:
    now = replace(BEFORE, vcpus=4, memory=2**31, drives=(*BEFORE.drives, DATA), cards=(SECOND,))
    assert differences(BEFORE, now) == (
        "2 vCPUs then, 4 now",
        "1 GiB RAM then, 2 GiB now",
        "vdb attached since",
        "network card 52:54:00:00:00:02 added since",
        "network card 52:54:00:00:00:01 gone since",
    )


def test_the_layers_of_a_disk_are_no_difference() -> None:
    """Every external snapshot gives a disk another file."""
    text = (DOCUMENTS / "off.xml").read_text()
    assert differences(WEB, read(tree(text.replace("web.s2", "web.s3")))) == ()


def test_a_snapshot_keeps_the_definition_that_a_revert_would_put_back() -> None:
    both = (
        "<domainsnapshot><domain><vcpu>1</vcpu></domain>"
        "<inactiveDomain><vcpu>2</vcpu></inactiveDomain></domainsnapshot>"
    )
    later, only = parse.snapshot(both), parse.snapshot(both.replace("inactiveDomain", "other"))
    assert later.definition is not None
    assert only.definition is not None
    assert (later.definition.vcpus, only.definition.vcpus) == (2, 1)
    assert parse.snapshot("<domainsnapshot/>").definition is None
