"""Real documents, and forms that others write, are read as what they say."""

from __future__ import annotations

import pytest

from kvmtui.model import parse
from kvmtui.model.disk import Disk
from kvmtui.model.domain import Config
from kvmtui.model.guest import Channel
from tests.hostile.mutation import CORPUS

IMAGES = "/var/lib/libvirt/images/"
RHEV = "/rhev/data-center/mnt/blockSD/57f3/images/8f2e/"
LIVE = (
    "vda disk: 7 file qcow2 shop-db1.with-ram < 5 file qcow2 shop-db1.running 1"
    " < 3 file qcow2 shop-db1.before < 4 file qcow2 shop-db1.qcow2 |",
    "vdb disk: 8 file qcow2 shop-db1-logs.with-ram < 6 file qcow2 shop-db1-logs.running 1"
    " < 2 file raw shop-db1-logs.img |",
    "sda cdrom read-only: |",
)

DISKS = {
    "running-9.0": LIVE,
    "running-12.8": LIVE,
    "copying-11.3": (LIVE[0], f"{LIVE[1]} copy ready into copy.img", LIVE[2]),
    "off-9.0": (
        "vda disk: file qcow2 shop-db1.qcow2",
        "vdb disk: file raw shop-db1-logs.img",
        "sda cdrom read-only: |",
    ),
    "desktop": (
        "vda disk: 2 file qcow2 win-desk.qcow2 |",
        "sdb cdrom read-only: 1 file raw /srv/iso/virtio-win.iso |",
    ),
    "cloud": (
        "vda disk: 3 network raw rbd:vms/9f1f4b9a_disk",
        "vdb disk: 2 network raw iscsi:iqn.2026-01.example.san:vol7/1",
        "hda cdrom read-only: 1 network raw rbd:vms/9f1f4b9a_disk.config",
    ),
    "datacentre": (
        "sda disk: 5 block qcow2 b003 < 6 block qcow2 b002 < 7 block raw b001 |"
        " active-commit ready into b001",
        "sdb lun shareable: 4 block raw /dev/mapper/360014056 |",
        "sdc cdrom read-only: |",
    ),
    "volumes": (
        "sda disk: block raw /dev/zvol/rpool/data/vm-104-disk-0",
        "sdb disk: volume qcow2 images:vm-104-disk-1.qcow2",
        "sdc disk: file qcow2 luks /srv/luks.qcow2",
        "vda disk: nvme raw nvme:0000:01:00.0/1",
        "vdb disk: vhostuser raw /run/vhost.sock",
        "fda floppy read-only: dir fat /srv/floppy",
        "vdc disk: network qcow2 nbd:export < network raw https:images/base.img",
    ),
}


def told(disk: Disk) -> str:
    """A disk in a line; a known end of its chain is a bar."""
    words = [disk.target, disk.device]
    words += ["read-only"] if disk.readonly else []
    words += ["shareable"] if disk.shareable else []
    layers = " < ".join(
        " ".join(
            str(part)
            for part in (each.index, each.kind, each.format, each.encryption, _short(each.source))
            if part not in (None, "")
        )
        for each in disk.layers
    )
    line = f"{' '.join(words)}:" + (f" {layers}" if layers else "") + " |" * disk.complete
    copy = disk.mirror
    return f"{line} {copy.job} ready into {_short(copy.source)}" if copy and copy.ready else line


def _short(source: str) -> str:
    return source.removeprefix(IMAGES).removeprefix(RHEV)


def config(name: str) -> Config:
    return parse.domain(CORPUS[name])


@pytest.mark.parametrize("name", DISKS)
def test_disks(name: str) -> None:
    assert tuple(map(told, config(name).disks)) == DISKS[name]


def test_the_rest_of_a_machine() -> None:
    desktop, centre, volumes = map(config, ("desktop", "datacentre", "volumes"))
    assert (desktop.nvram, desktop.tpm, desktop.channel) == ("qcow2", True, Channel.CONNECTED)
    assert (desktop.vcpus, desktop.memory) == (4, 8 * 2**30)
    assert desktop.unsaveable == "a passed-through device"
    assert (centre.nvram, centre.channel, centre.vcpus) == ("raw", Channel.DISCONNECTED, 4)
    assert (volumes.nvram, volumes.unsaveable) == ("", "a transient disk")
    assert desktop.disks[1].optional
    assert config("running-9.0").disks[0].tuning.writes == 10 * 2**20
    assert config("cloud").disks[0].tuning.others


SNAPSHOTS = {
    "snapshot-ram-9.0": (
        "with-ram after running 1 running external shop-db1.with-ram.mem",
        "vda external shop-db1.running 1 -> shop-db1.with-ram",
        "vdb external shop-db1-logs.running 1 -> shop-db1-logs.with-ram",
        "sda no",
    ),
    "snapshot-off-11.3": (
        "before after None shutoff no",
        "vda external shop-db1.qcow2 -> shop-db1.before",
        "vdb no shop-db1-logs.img",
        "sda no",
    ),
    "snapshot-inside": (
        "instantánea 1 after base running internal",
        "vda internal /export/vmimages/otra.qcow2",
        "vdb no /dev/vg0/swap",
        "vdc manual /export/vmimages/data.img",
    ),
    "snapshot-unfinished": (
        "s2 after s1 shutoff no",
        "vda external /dev/vg0/web-s1 -> /dev/vg0/web-s2 unfinished",
    ),
}
SNAPSHOTS["snapshot-ram-12.8"] = SNAPSHOTS["snapshot-ram-9.0"]


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_snapshots(name: str) -> None:
    read = parse.snapshot(CORPUS[name])
    first = f"{read.name} after {read.parent} {read.state} {read.memory.value}"
    lines = [f"{first} {_short(read.memory_file)}".strip()]
    for disk in read.disks:
        made = f" -> {_short(disk.overlay)}" if disk.overlay else ""
        mark = " unfinished" * (disk.target in read.unfinished)
        lines.append(f"{disk.target} {disk.mode} {_short(disk.base)}".strip() + made + mark)
    assert tuple(lines) == SNAPSHOTS[name]
    assert read.created > 1_794_000_000
    assert read.definition is not None


def test_no_document_of_the_corpus_is_left_out() -> None:
    assert set(DISKS) | set(SNAPSHOTS) == {n for n in CORPUS if _root(n) not in ("pool", "volume")}


def _root(name: str) -> str:
    return str(parse.tree(CORPUS[name]).tag)
