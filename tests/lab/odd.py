"""Domains unlike the others, and what was done to them: for what libvirt says to such ones."""

from __future__ import annotations

import shutil
from pathlib import Path

from lxml import etree
from lxml.builder import E

from tests.lab import xml
from tests.lab.domain import LabDomain


def _devices(tree: etree._Element) -> etree._Element:
    found = tree.find("devices")
    assert found is not None
    return found


def _first(tree: etree._Element) -> etree._Element:
    found = tree.find("devices/disk")
    assert found is not None
    return found


def channel(tree: etree._Element, _folder: Path) -> None:
    """An agent's channel, with nobody at the other end."""
    _devices(tree).append(E.channel(E.target(type="virtio", name=xml.AGENT), type="unix"))


def _source(tree: etree._Element) -> etree._Element:
    found = _first(tree).find("source")
    assert found is not None
    return found


def _is_raw(tree: etree._Element) -> None:
    driver = _first(tree).find("driver")
    assert driver is not None
    driver.set("type", "raw")


def raw(tree: etree._Element, folder: Path) -> None:
    """The first disk is a raw image."""
    image = folder / "raw.img"
    image.write_bytes(bytes(8 << 20))
    _is_raw(tree)
    _source(tree).set("file", str(image))


def shared(tree: etree._Element, folder: Path) -> None:
    """The first disk is raw, and other domains may write to it, too."""
    raw(tree, folder)
    _first(tree).append(E.shareable())


def same_stem(tree: etree._Element, folder: Path) -> None:
    """The second disk differs from the first in what follows the last dot of its name only."""
    image = folder / "blank-vda.img"
    shutil.copyfile(folder / "blank-vdb.qcow2", image)
    second = tree.findall("devices/disk/source")[1]
    second.set("file", str(image))


def device(tree: etree._Element, _folder: Path) -> None:
    """The first disk is no regular file."""
    _first(tree).set("type", "block")
    source = _source(tree)
    source.attrib.clear()
    source.set("dev", "/dev/null")


def raw_device(tree: etree._Element, folder: Path) -> None:
    """The same without a format that could hold anything inside."""
    device(tree, folder)
    _is_raw(tree)


def network(tree: etree._Element, _folder: Path) -> None:
    """The first disk is served by another host."""
    _first(tree).set("type", "network")
    source = _source(tree)
    source.attrib.clear()
    source.set("protocol", "nbd")
    source.set("name", "web")
    source.append(E.host(name="127.0.0.1", port="10809"))


def peer(tree: etree._Element, _folder: Path) -> None:
    """Memory that others share."""
    shmem = E.shmem(E.model(type="ivshmem-plain"), E.size("1", unit="M"), name="shared")
    _devices(tree).append(shmem)


def uefi(tree: etree._Element, folder: Path) -> None:
    """Firmware in flash, which only halts, with raw variables."""
    code, variables = folder / "code.fd", folder / "variables.fd"
    halt = b"\xfa\xf4\xeb\xfc"
    code.write_bytes(b"\xff" * (131_072 - 16) + halt + b"\xff" * 12)
    variables.write_bytes(b"\xff" * 65_536)
    system = tree.find("os")
    assert system is not None
    system.append(E.loader(str(code), readonly="yes", type="pflash"))
    system.append(E.nvram(str(variables)))


def taken(domain: LabDomain) -> None:
    """A snapshot s1."""
    domain.daemon.virsh("snapshot-create-as", domain.name, "s1", "--disk-only")


def transient(domain: LabDomain) -> None:
    """Without a definition that would be left when it is off."""
    domain.handle.undefine()


def merging(domain: LabDomain) -> None:
    """A block job that waits for a pivot."""
    taken(domain)
    domain.daemon.virsh("blockcommit", domain.name, "vda", "--active")


def with_checkpoint(domain: LabDomain) -> None:
    """Off, with a checkpoint."""
    domain.daemon.virsh("checkpoint-create-as", domain.name, "c1")
    domain.destroy()


def asleep(domain: LabDomain) -> None:
    """Off, with its RAM saved for the next start."""
    domain.daemon.virsh("managedsave", domain.name)


def occupied(domain: LabDomain) -> None:
    """Files that are in the way."""
    folder = domain.disks[0].parent
    (folder / "full").write_bytes(b"somebody else's")
    (folder / "empty").touch()
