"""Disks of every source that a definition can name, and a server for the one on the network."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lxml import etree
from lxml.builder import E  # lxml-stubs leaves it out
from lxml.etree import _Element

from tests.lab.domain import LabDomain
from tests.lab.missing import Missing, program
from tests.lab.virsh import Virsh, VirshFailed


def volume(pool: str, name: str) -> _Element:
    """A volume of a storage pool."""
    made: _Element = E.source(pool=pool, volume=name)
    return made


def device(path: Path) -> _Element:
    """A block device of the host."""
    made: _Element = E.source(dev=str(path))
    return made


def nbd(name: str, socket: Path) -> _Element:
    """An export of an NBD server; the daemon has no network but sockets in folders."""
    made: _Element = E.source(
        E.host(transport="unix", socket=str(socket)), protocol="nbd", name=name
    )
    return made


def attach(made: LabDomain, kind: str, image_format: str, source: _Element) -> None:
    """Another disk in the definition of the next start."""
    root = etree.fromstring(made.handle.XMLDesc(2))
    devices = root.find("devices")
    assert devices is not None
    used = len(root.findall("devices/disk"))
    disk = E.disk(
        E.driver(name="qemu", type=image_format),
        source,
        E.target(dev=f"vd{chr(ord('a') + used)}", bus="virtio"),
        type=kind,
        device="disk",
    )
    devices.append(disk)
    made.daemon.connection.defineXML(etree.tostring(root, encoding="unicode"))


@contextmanager
def pooled(virsh: Virsh, name: str, folder: Path) -> Iterator[None]:
    """An active storage pool on a folder. Raises Missing where the daemon has no pools."""
    try:
        virsh("pool-create-as", name, "dir", "--target", str(folder))
    except VirshFailed as failure:
        if "not supported" not in str(failure) and "no connection driver" not in str(failure):
            raise
        raise Missing("no storage pools: install libvirt-daemon-driver-storage") from failure
    yield
    virsh("pool-destroy", name)


LOOPS = os.geteuid() == 0 and Path("/dev/loop-control").exists()
"""Whether files can be made block devices here; most containers have none."""


@contextmanager
def looped(file: Path) -> Iterator[Path]:
    """A block device that is this file; else the file, which will do while no QEMU opens it."""
    if not LOOPS:
        yield file
        return
    losetup = program("losetup", "mount")
    found = [losetup, "--find", "--show", str(file)]
    path = subprocess.run(found, capture_output=True, text=True, check=True).stdout.strip()
    try:
        yield Path(path)
    finally:
        subprocess.run([losetup, "--detach", path], check=True)


@contextmanager
def served(image: Path, name: str, socket: Path) -> Iterator[None]:
    """The image as an NBD export of that name, to several at once."""
    argv = [program("qemu-nbd", "qemu-utils"), "-x", name, "-k", str(socket), "-f", "raw"]
    argv += ["-t", "-e", "4", "--pid-file", f"{socket}.pid", str(image)]
    with subprocess.Popen(argv) as server:
        try:
            while not Path(f"{socket}.pid").exists():
                assert server.poll() is None, "qemu-nbd ended"
            yield
        finally:
            server.terminate()
