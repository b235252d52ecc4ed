"""A domain's XML becomes its configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.model import parse
from kvmtui.model.disk import Disk, Layer, Mirror
from kvmtui.model.domain import Config
from kvmtui.model.guest import Channel
from kvmtui.model.tuning import Tuning

DOCUMENTS = Path(__file__).parent / "documents"
RUNNING = parse.domain((DOCUMENTS / "running.xml").read_text())
OFF = parse.domain((DOCUMENTS / "off.xml").read_text(), managed_save=True)


def with_devices(devices: str = "", os: str = "", memory: str = "<memory>1</memory>") -> Config:
    return parse.domain(f"<domain>{memory}<os>{os}</os><devices>{devices}</devices></domain>")


def only_disk(inside: str, attributes: str = "type='file' device='disk'") -> Disk:
    (disk,) = with_devices(f"<disk {attributes}>{inside}<target dev='vda'/></disk>").disks
    return disk


def test_a_running_chain_goes_from_the_active_layer_to_the_base_with_its_indexes() -> None:
    vda = RUNNING.disk("vda")
    assert vda is not None
    assert vda.layers == (
        Layer("/img/erp-db1.s2.qcow2", "file", "qcow2", 5),
        Layer("/img/erp-db1.s1.qcow2", "file", "qcow2", 4),
        Layer("/img/erp-db1.img", "file", "raw", 1),
    )
    assert vda.complete


def test_texts_and_numbers_are_read_as_they_stand() -> None:
    assert RUNNING.title == "ERP · PostgreSQL 15"
    assert RUNNING.description == "Máy chủ cơ sở dữ liệu <chính> & replica"
    assert (RUNNING.memory, RUNNING.vcpus, RUNNING.unsaveable) == (
        8 * 2**30,
        4,
        "a passed-through device",
    )
    assert (OFF.memory, OFF.vcpus, OFF.unsaveable) == (2 * 2**30, 2, "")
    assert (RUNNING.managed_save, OFF.managed_save) == (False, True)


def test_a_domain_that_is_off_knows_only_the_recorded_part_of_its_chain() -> None:
    vda = OFF.disk("vda")
    assert vda is not None
    assert [layer.source for layer in vda.layers] == ["/img/web.s2.qcow2", "/img/web.s1.qcow2"]
    assert not vda.complete


@pytest.mark.parametrize(
    ("target", "source", "kind", "form"),
    [
        ("vdb", "rbd:vms/erp-db1-data", "network", "raw"),
        ("sda", "/dev/vg0/erp", "block", "raw"),
        ("vdc", "default:logs.qcow2", "volume", "qcow2"),
    ],
)
def test_disks_that_are_no_files_have_a_source(
    target: str, source: str, kind: str, form: str
) -> None:
    disk = RUNNING.disk(target)
    assert disk is not None
    assert disk.active is not None
    assert (disk.active.source, disk.active.kind, disk.active.format) == (source, kind, form)


def test_an_nvme_disk_is_a_disk_although_its_source_has_no_name() -> None:
    source = "<source type='pci' managed='yes' namespace='1'><address bus='0x01'/></source>"
    disk = only_disk(source, "type='nvme' device='disk'")
    assert disk.writable
    assert disk.active is not None
    assert disk.active.source == "nvme:0000:01:00.0/1"


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("domain='0x0001' bus='0xa1' slot='0x1f' function='0x7'", "nvme:0001:a1:1f.7/1"),
        ("bus='0x02'", "nvme:0000:02:00.0/1"),
        ("bus='two'", "nvme"),
    ],
)
def test_two_nvme_disks_are_not_the_same_one(address: str, named: str) -> None:
    source = f"<source type='pci' namespace='1'><address {address}/></source>"
    disk = only_disk(source, "type='nvme' device='disk'")
    assert disk.active is not None
    assert disk.active.source == named


@pytest.mark.parametrize(
    ("mode", "inner", "expected"),
    [
        ("", "", (False, False)),
        ("snapshot='external'", "", (False, False)),
        ("snapshot='no'", "", (True, False)),
        ("snapshot='manual'", "", (True, False)),
        ("", "<transient/>", (False, True)),
    ],
)
def test_what_an_administrator_says_of_a_disk(
    mode: str, inner: str, expected: tuple[bool, bool]
) -> None:
    disk = only_disk(f"<source file='/a'/>{inner}", f"type='file' device='disk' {mode}")
    assert (disk.excluded, disk.transient) == expected


def test_only_disks_that_can_be_written_to_concern_a_snapshot() -> None:
    assert [disk.target for disk in RUNNING.writable] == ["vda", "vdb", "sda"]
    assert [disk.shareable for disk in RUNNING.disks] == [False, False, True, False, False]
    assert [disk.target for disk in OFF.writable] == ["vda"]


def test_a_drive_without_a_medium_has_no_layers_and_nothing_is_unknown_about_it() -> None:
    drive = RUNNING.disk("sdb")
    assert drive is not None
    assert (drive.layers, drive.active, drive.complete) == ((), None, True)


def test_depth_is_that_of_the_longest_chain() -> None:
    assert (RUNNING.depth, OFF.depth, Config().depth) == (3, 2, 0)


@pytest.mark.parametrize(
    ("ready", "expected"), [("yes", True), ("pivot", True), ("abort", True), ("", False)]
)
def test_a_mirror_is_ready_only_when_it_says_so(ready: str, expected: bool) -> None:
    said = f" ready='{ready}'" if ready else ""
    mirror = f"<source file='/a'/><mirror job='active-commit'{said}><source file='/b'/></mirror>"
    assert only_disk(mirror).mirror == Mirror("active-commit", "/b", expected)


def test_mirrors_of_real_documents() -> None:
    assert [disk.mirror for disk in RUNNING.disks][:3] == [
        Mirror("active-commit", "/img/erp-db1.s1.qcow2", True),
        Mirror("copy", "/img/copy.qcow2", False),
        None,
    ]
    old = "<source file='/a'/><mirror file='/b' job='copy' ready='yes'/>"
    assert only_disk(old).mirror == Mirror("copy", "/b", True)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("<target name='org.qemu.guest_agent.0' state='connected'/>", Channel.CONNECTED),
        ("<target name='org.qemu.guest_agent.0' state='disconnected'/>", Channel.DISCONNECTED),
        ("<target name='org.qemu.guest_agent.0'/>", Channel.DISCONNECTED),
        ("<target name='com.redhat.spice.0' state='connected'/>", Channel.NONE),
    ],
)
def test_the_state_of_the_agent_channel(target: str, expected: Channel) -> None:
    assert with_devices(f"<channel>{target}</channel>").channel is expected
    assert RUNNING.channel is Channel.DISCONNECTED


@pytest.mark.parametrize(
    ("os", "expected"),
    [
        ("", ""),
        ("<loader type='rom'>/bios.bin</loader>", ""),
        ("<loader type='pflash'>/OVMF.fd</loader>", "raw"),
        ("<loader type='pflash'>/OVMF.fd</loader><nvram>/v.fd</nvram>", "raw"),
        ("<nvram type='file' format='qcow2'><source file='/v.qcow2'/></nvram>", "qcow2"),
    ],
)
def test_the_format_of_the_uefi_variables(os: str, expected: str) -> None:
    assert with_devices(os=os).nvram == expected


def test_uefi_that_libvirt_has_not_found_a_loader_for_yet_is_uefi() -> None:
    assert parse.domain("<domain><os firmware='efi'><type>hvm</type></os></domain>").nvram == "raw"
    assert parse.domain("<domain><os firmware='bios'/></domain>").nvram == ""


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        ("<hostdev mode='subsystem' type='usb'/>", "a passed-through device"),
        ("<interface type='hostdev'/>", "a passed-through device"),
        ("<interface type='network'/>", ""),
        ("<shmem name='a'/>", "memory shared with others"),
        ("<shmem name='a' role='peer'/>", "memory shared with others"),
        ("<shmem name='a' role='master'/>", ""),
        ("<tpm model='tpm-crb'><backend type='emulator'/></tpm>", ""),
    ],
)
def test_what_keeps_ram_from_being_saved(device: str, expected: str) -> None:
    found = with_devices(device)
    assert found.unsaveable == expected
    assert found.tpm == ("<tpm" in device)


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("b", 1), ("KiB", 2**10), ("MiB", 2**20), ("GiB", 2**30), ("TiB", 2**40), ("", 2**10)],
)
def test_memory_units(unit: str, factor: int) -> None:
    said = f" unit='{unit}'" if unit else ""
    assert with_devices(memory=f"<memory{said}>3</memory>").memory == 3 * factor


@pytest.mark.parametrize("text", ["", "<domain>", "not XML", "<domain></domainsnapshot>", "\x00"])
def test_what_is_not_xml_is_an_error_of_that_name(text: str) -> None:
    with pytest.raises(parse.Malformed):
        parse.domain(text)


def test_numbers_that_are_none_count_as_nothing() -> None:
    assert parse.domain("<domain><memory>much</memory><vcpu>two</vcpu></domain>") == Config()


@pytest.mark.parametrize(
    ("iotune", "tuning"),
    [
        ("", Tuning()),
        ("<iotune/>", Tuning()),
        ("<iotune><read_iops_sec>500</read_iops_sec></iotune>", Tuning()),
        ("<iotune><write_bytes_sec>7</write_bytes_sec></iotune>", Tuning(writes=7)),
        ("<iotune><read_bytes_sec>7</read_bytes_sec></iotune>", Tuning(reads=7)),
        ("<iotune><total_bytes_sec>7</total_bytes_sec></iotune>", Tuning(others=True)),
        ("<iotune><write_bytes_sec_max>7</write_bytes_sec_max></iotune>", Tuning(others=True)),
        ("<iotune><write_bytes_sec_max>0</write_bytes_sec_max></iotune>", Tuning()),
        ("<iotune><group_name>g</group_name></iotune>", Tuning(others=True)),
    ],
)
def test_how_fast_a_disk_may_be_used(iotune: str, tuning: Tuning) -> None:
    found = only_disk(f"<source file='/a'/>{iotune}").tuning
    assert found == tuning
    assert found.limited == (tuning != Tuning())


@pytest.mark.parametrize(
    ("now", "then", "throttled"),
    [
        (0, 0, False),
        (5, 0, True),
        (5, None, True),
        (5, 5, False),
        (5, 9, True),
        (0, 9, False),
    ],
)
def test_a_disk_is_throttled_whose_next_start_gives_it_another_limit(
    now: int, then: int | None, throttled: bool
) -> None:
    lasting = None if then is None else Tuning(writes=then)
    assert Disk("vda", tuning=Tuning(writes=now), lasting=lasting).throttled is throttled


@pytest.mark.parametrize("where", ["source", "disk"])
def test_an_encrypted_layer_is_told(where: str) -> None:
    secret = "<encryption format='luks'><secret type='passphrase' uuid='x'/></encryption>"
    inner, outer = (secret, "") if where == "source" else ("", secret)
    read = only_disk(f"<driver type='qcow2'/><source file='/a'>{inner}</source>{outer}")
    assert read.layers == (Layer("/a", "file", "qcow2", encryption="luks"),)


def test_a_layer_without_a_name_is_no_end_of_the_chain() -> None:
    nvme = "<source type='pci' namespace='1'><address domain='0x0000' bus='0x01'/></source>"
    below = f"<backingStore type='nvme'><format type='raw'/>{nvme}<backingStore/></backingStore>"
    read = only_disk(f"<driver type='qcow2'/><source file='/a'/>{below}")
    assert [(layer.source, layer.kind) for layer in read.layers] == [
        ("/a", "file"),
        ("nvme:0000:01:00.0/1", "nvme"),
    ]
    assert read.complete


@pytest.mark.parametrize(
    ("policy", "optional"),
    [("", False), ("mandatory", False), ("requisite", True), ("optional", True)],
)
def test_a_disk_that_may_be_missing_is_told(policy: str, optional: bool) -> None:
    attribute = f"startupPolicy='{policy}'" if policy else ""
    assert only_disk(f"<source file='/a' {attribute}/>").optional == optional
