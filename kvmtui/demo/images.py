"""Real disk images with real data in every layer, made by qemu-img and qemu-io."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from kvmtui.demo.fleet import (
    HOT_OFFSET,
    HOT_PAGE,
    HOT_PAGES,
    HOT_PATTERN,
    HOT_STEP,
    ZONES,
    Disk,
    Kind,
    Machine,
    Writing,
)
from kvmtui.demo.places import Places


def make_bases(machines: Iterable[Machine], places: Places) -> None:
    """Make the oldest layer of each disk, with its data."""
    for machine in machines:
        for disk in filter(lambda disk: not disk.cdrom, machine.disks):
            path = places.base(machine, disk)
            _run("qemu-img", "create", "-q", "-f", disk.format, path, disk.size)
            write(path, disk, disk.format, disk.writing)


def make_hot_layers(machine: Machine, places: Places) -> None:
    """Make the layers of disk-only snapshots whose hot pages were rewritten.

    Their pages are written once, into a file which is then copied for each layer. Small clusters
    keep the pages apart on disk, which makes merging them take seconds, as with a real database.
    """
    disk = machine.disks[0]
    pages = places.images / f"{machine.name}.pages"
    _run("qemu-img", "create", "-q", "-f", "qcow2", "-o", "cluster_size=4k", pages, disk.size)
    for zone in range(ZONES):
        _write_hot_pages(pages, zone * (disk.size // ZONES) + HOT_OFFSET)
    for path, backing, writing in _layers(machine, places):
        if writing.hot:
            shutil.copyfile(pages, path)
            write(path, disk, "qcow2", writing)
            _back(path, backing)
    pages.unlink()


def make_plain_layers(machine: Machine, places: Places) -> None:
    """Make the layers of disk-only snapshots that hold no hot pages."""
    disk = machine.disks[0]
    for path, backing, writing in _layers(machine, places):
        if not writing.hot:
            _run("qemu-img", "create", "-q", "-f", "qcow2", path, disk.size)
            write(path, disk, "qcow2", writing)
            _back(path, backing)


def write(path: Path, disk: Disk, image_format: str, writing: Writing | None) -> None:
    """Write the data of one layer into its file; the machine must be off.

    Raises:
        subprocess.CalledProcessError: qemu-io refused or was killed.
    """
    if writing is None:
        return
    commands: list[str] = []
    for offset, length in writing.extents(disk.size):
        commands += ["-c", f"write -q -P {writing.pattern} {offset} {length}"]
    _run("qemu-io", "-t", "unsafe", "-f", image_format, *commands, path)


def _layers(machine: Machine, places: Places) -> Iterable[tuple[Path, Path, Writing]]:
    """File, backing file and data of each layer that is made before its snapshot is taken."""
    chain = places.chain(machine, machine.disks[0])
    for snapshot, backing, path in zip(machine.overlays(), chain, chain[1:], strict=False):
        if snapshot.kind is Kind.DISK_ONLY and snapshot.writing is not None:
            yield path, backing, snapshot.writing


def _write_hot_pages(path: Path, offset: int) -> None:
    pages = ("-c", HOT_PAGES, "-s", HOT_PAGE, "-S", HOT_STEP, "--pattern", HOT_PATTERN)
    _run("qemu-img", "bench", "-w", "-t", "unsafe", "-f", "qcow2", "-o", offset, *pages, path)


def _back(path: Path, backing: Path) -> None:
    """Put a layer on another one, which may not exist yet."""
    _run("qemu-img", "rebase", "-q", "-u", "-f", "qcow2", "-F", "qcow2", "-b", backing, path)


def _run(*arguments: str | int | Path) -> None:
    command = [str(argument) for argument in arguments]
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
