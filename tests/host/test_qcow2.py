"""Headers of images, beside what qemu-img says of the same ones."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from kvmtui.host import images, qcow2

SAID = (
    "filename", "format", "virtual-size", "actual-size",
    "full-backing-filename", "backing-filename-format",
)  # fmt: skip
"""All that is used of what qemu-img says of an image without internal snapshots."""


def qemu_img(*arguments: str | Path, folder: Path) -> None:
    subprocess.run(["qemu-img", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    qemu_img("create", "-f", "qcow2", "base", "3M", folder=tmp_path)
    return tmp_path


BACKED = ("create", "-f", "qcow2", "-F", "qcow2", "-b")

MADE: dict[str, tuple[str | Path, ...]] = {
    "plain": ("create", "-f", "qcow2", "x", "10M"),
    "odd size": ("create", "-f", "qcow2", "x", "1000"),
    "old": ("create", "-f", "qcow2", "-o", "compat=0.10", "x", "1G"),
    "large clusters": ("create", "-f", "qcow2", "-o", "cluster_size=2M", "x", "1T"),
    "small clusters": ("create", "-f", "qcow2", "-o", "cluster_size=512", "x", "8M"),
    "extended": ("create", "-f", "qcow2", "-o", "extended_l2=on", "x", "10M"),
    "zstd": ("create", "-f", "qcow2", "-o", "compression_type=zstd", "x", "10M"),
    "lazy": ("create", "-f", "qcow2", "-o", "lazy_refcounts=on", "x", "10M"),
    "full": ("create", "-f", "qcow2", "-o", "preallocation=full", "x", "2M"),
    "backed": (*BACKED, "base", "x"),
    "old and backed": (*BACKED, "base", "-o", "compat=0.10", "x"),
    "backed from elsewhere": (*BACKED, "../{}/base", "x"),
    "backed by a raw one": ("create", "-f", "qcow2", "-F", "raw", "-b", "base", "x", "3M"),
    "larger": (*BACKED, "base", "x", "7M"),
    "backed by nothing there": ("create", "-u", *BACKED[1:], "gone", "x", "3M"),
    "rebased": ("rebase", "-u", "-f", "qcow2", "-F", "qcow2", "-b", "base", "base"),
}


@pytest.mark.parametrize("made", MADE)
def test_it_says_what_qemu_img_says(folder: Path, made: str) -> None:
    arguments = (str(part).replace("{}", folder.name) for part in MADE[made])
    qemu_img(*arguments, folder=folder)
    path = str(folder / ("x" if made != "rebased" else "base"))
    (asked,) = images.info(path, "qcow2", chain=False)
    told = qcow2.info(path, "qcow2")
    assert told == {name: asked[name] for name in SAID if name in asked}
    assert told["virtual-size"]


@pytest.mark.parametrize("size", [0, 1, 512, 1000, 5 * 2**20])
def test_a_raw_one_is_what_it_is(tmp_path: Path, size: int) -> None:
    path = tmp_path / "x"
    path.write_bytes(os.urandom(size))
    os.truncate(path, size + 4096)
    (asked,) = images.info(str(path), "raw", chain=False)
    assert qcow2.info(str(path), "raw") == {name: asked[name] for name in SAID if name in asked}


ASKED: dict[str, tuple[tuple[str, ...], ...]] = {
    "internal snapshots": (("snapshot", "-c", "inside", "base"),),
    "data elsewhere": (("create", "-f", "qcow2", "-o", "data_file=data", "base", "1M"),),
    "backed by no path": (
        ("create", "-u", *BACKED[1:], 'json:{"driver":"file","filename":"y"}', "base", "1M"),
    ),
    "vmdk": (("create", "-f", "vmdk", "base", "1M"),),
}  # fmt: skip


@pytest.mark.parametrize("made", ASKED)
def test_where_there_is_more_to_say_qemu_img_is_asked(folder: Path, made: str) -> None:
    for arguments in ASKED[made]:
        qemu_img(*arguments, folder=folder)
    assert qcow2.info(str(folder / "base"), "qcow2") is None


@pytest.mark.parametrize(
    ("place", "number"),
    [(32, 2), (60, 1), (79, 4), (79, 32)],
    ids=["encrypted", "internal snapshots", "data elsewhere", "feature of the future"],
)
def test_so_it_is_where_one_number_says_more(folder: Path, place: int, number: int) -> None:
    path = folder / "base"
    data = bytearray(path.read_bytes())
    assert qcow2.info(str(path), "qcow2") is not None
    data[place if place == 79 else place + 3] = number
    path.write_bytes(data)
    assert qcow2.info(str(path), "qcow2") is None


def test_a_format_is_not_guessed(folder: Path) -> None:
    path = str(folder / "base")
    assert qcow2.info(path, "") is None
    assert qcow2.info(path, "vmdk") is None
    told = qcow2.info(path, "raw")
    assert told is not None
    assert told["format"] == "raw"


@pytest.mark.parametrize("length", [0, 4, 50, 72, 104, 110])
def test_half_a_header_says_nothing(folder: Path, length: int) -> None:
    os.truncate(folder / "base", length)
    assert qcow2.info(str(folder / "base"), "qcow2") is None


@pytest.mark.parametrize("place", ["none", "folder", "pipe"])
def test_what_is_no_file_is_left_alone(tmp_path: Path, place: str) -> None:
    path = tmp_path / "x"
    if place == "folder":
        path.mkdir()
    elif place == "pipe":
        os.mkfifo(path)
    assert qcow2.info(str(path), "qcow2") is None
    assert qcow2.info(str(path), "raw") is None
