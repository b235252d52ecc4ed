"""What an image made by hand stands on and holds, as qemu-img tells it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from kvmtui.host.overlay import read
from kvmtui.host.places import looked_at
from kvmtui.model.place import Image
from tests.lab import disk
from tests.lab.missing import program

MIB = 2**20


@pytest.fixture
def base(tmp_path: Path) -> Path:
    made = disk.create(tmp_path / "base.qcow2")
    disk.write(made, 0x11, length=MIB)
    return made


def qemu_img(*argv: str) -> None:
    command = [program("qemu-img", "qemu-utils"), *argv]
    subprocess.run(command, check=True, capture_output=True)


def test_an_empty_overlay_holds_nothing_of_its_own(tmp_path: Path, base: Path) -> None:
    made = disk.create(tmp_path / "made.qcow2", backing=base)
    expected = Image(str(base), "qcow2", 16 * MIB, plain=True, written=0)
    assert read(str(made)) == expected
    assert looked_at(str(made)).image == expected


def test_written_and_zeroed_pages_are_its_own(tmp_path: Path, base: Path) -> None:
    made = disk.create(tmp_path / "made.qcow2", backing=base)
    disk.write(made, 0x22, offset=4 * MIB, length=2 * disk.PAGE)
    disk.write(made, 0x22)
    found = read(str(made))
    assert found is not None
    assert found.written == 3 * disk.PAGE
    subprocess.run(
        [program("qemu-io", "qemu-utils"), "-c", f"write -z 8M {disk.PAGE}", str(made)],
        check=True, capture_output=True,
    )  # fmt: skip
    found = read(str(made))
    assert found is not None
    assert found.written == 4 * disk.PAGE


def test_a_relative_backing_file_is_told_with_its_folder(tmp_path: Path, base: Path) -> None:
    made = tmp_path / "made.qcow2"
    qemu_img("create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", "base.qcow2", str(made))
    found = read(str(made))
    assert found is not None
    assert (found.backing, found.written) == (str(base), 0)


def test_what_is_no_overlay_is_told(tmp_path: Path, base: Path) -> None:
    raw = tmp_path / "raw"
    raw.write_bytes(bytes(MIB))
    assert read(str(raw)) is None
    assert read(str(tmp_path / "nothing")) is None
    alone = read(str(base))
    assert alone is not None
    assert (alone.backing, alone.written) == ("", None)


def test_a_lost_backing_file_leaves_the_content_unknown(tmp_path: Path, base: Path) -> None:
    made = disk.create(tmp_path / "made.qcow2", backing=base)
    base.unlink()
    found = read(str(made))
    assert found is not None
    assert (found.backing, found.written) == (str(base), None)


def test_images_with_more_than_data_are_not_plain(tmp_path: Path, base: Path) -> None:
    inner = disk.create(tmp_path / "inner.qcow2", backing=base)
    qemu_img("snapshot", "-c", "i1", str(inner))
    outer = tmp_path / "outer.qcow2"
    data = f"data_file={tmp_path / 'data'}"
    qemu_img("create", "-q", "-f", "qcow2", "-o", data, str(outer), "16M")
    for path in (inner, outer):
        found = read(str(path))
        assert found is not None
        assert not found.plain


def test_a_backing_file_that_is_no_file_is_not_opened(tmp_path: Path) -> None:
    fifo, made = tmp_path / "fifo", tmp_path / "made.qcow2"
    os.mkfifo(fifo)
    qemu_img("create", "-q", "-u", "-f", "qcow2", "-F", "raw", "-b", str(fifo), str(made), "16M")
    found = read(str(made))
    assert found is not None
    assert (found.backing, found.written) == (str(fifo), None)
