"""Folders are looked into cheaply and to the end: links, unreadable files and changes included."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from kvmtui.host import folders, headers
from kvmtui.model.folder import Folder, StoredFile
from tests.lab import disk

NOBODY = frozenset[str]()


def look(*paths: Path, names: frozenset[str] = NOBODY) -> tuple[Folder, ...]:
    return folders.looked_into(tuple(map(str, paths)), names)


def files(folder: Path, names: frozenset[str] = NOBODY) -> dict[str, StoredFile]:
    (found,) = look(folder, names=names)
    return {Path(file.path).name: file for file in found.files}


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """A folder with a chain of two, and much else."""
    folder = tmp_path / "images"
    folder.mkdir()
    base = disk.create(folder / "base.qcow2")
    disk.create(folder / "top.qcow2", backing=base)
    (folder / "notes.txt").write_text("hello")
    (folder / "sub").mkdir()
    os.mkfifo(folder / "fifo")
    (folder / "dangling").symlink_to("/nowhere/at/all")
    return folder


def test_images_are_told_from_everything_else(images: Path) -> None:
    found = files(images)
    assert sorted(found) == ["base.qcow2", "top.qcow2"]
    assert found["top.qcow2"].needs == {str(images / "base.qcow2")}
    used = (images / "base.qcow2").stat().st_blocks * 512
    assert (found["base.qcow2"].used, found["base.qcow2"].held) == (used, False)
    assert found["base.qcow2"].changed == (images / "base.qcow2").stat().st_mtime
    assert look(images)[0].unread == 0


def test_of_a_file_that_is_named_nothing_is_told_that_changes(images: Path) -> None:
    top = str(images / "top.qcow2")
    before = look(images, names=frozenset({top}))
    disk.write(Path(top), 0x22)
    os.utime(top, (1, 1))
    assert look(images, names=frozenset({top})) == before
    assert look(images) != before


def test_a_header_is_read_again_only_when_the_file_has_changed(
    images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    real = headers.read

    def seen(path: str, descriptor: int) -> StoredFile | None:
        opened.append(path)
        return real(path, descriptor)

    monkeypatch.setattr(headers, "read", seen)
    look(images)
    assert len(opened) == 3  # notes.txt too
    look(images)
    assert len(opened) == 3
    disk.create(images / "new.qcow2")
    os.utime(images / "notes.txt", (1, 1))
    look(images)
    assert sorted(Path(path).name for path in opened[3:]) == ["new.qcow2", "notes.txt"]


def test_a_file_under_another_name_is_the_same_file(images: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(images)
    (tmp_path / "alone.qcow2").symlink_to(images / "base.qcow2")
    for name in (str(link / "base.qcow2"), str(tmp_path / "alone.qcow2")):
        (found,) = look(images, names=frozenset({name}))
        assert str(images / "base.qcow2") in found.aliases
    (through,) = look(link, names=frozenset({str(images / "base.qcow2")}))
    assert str(link / "base.qcow2") in through.aliases


def test_needs_are_spelt_as_the_folder_is(images: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(images)
    disk.create(images / "third.qcow2", backing=link / "top.qcow2")
    assert str(images / "top.qcow2") in files(images)["third.qcow2"].needs
    assert str(link / "base.qcow2") in files(link)["top.qcow2"].needs


@pytest.mark.parametrize("kind", ["symbolic", "hard"])
def test_what_has_other_names_is_held(images: Path, kind: str) -> None:
    other = images / "other.qcow2"
    if kind == "symbolic":
        other.symlink_to(images / "top.qcow2")
    else:
        other.hardlink_to(images / "top.qcow2")
    found = files(images)
    assert found["other.qcow2"].held
    assert found["top.qcow2"].held == (kind == "hard")
    assert found["other.qcow2"].needs == {str(images / "base.qcow2")}


def test_what_cannot_be_read_is_counted(images: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = headers.opened

    def closed(path: str) -> int | None:
        if path.endswith("top.qcow2"):
            raise PermissionError(path)
        return real(path)

    monkeypatch.setattr(headers, "opened", closed)
    assert look(images)[0].unread == 1
    assert look(images / "gone")[0].unread == 1


def test_a_file_server_is_told(images: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not look(images)[0].served
    for kind in ("nfs4", "fuse.sshfs"):
        monkeypatch.setattr("kvmtui.host.mounts.kind", lambda _number, kind=kind: kind)
        assert look(images)[0].served


def test_a_header_that_names_no_possible_file_harms_nobody(images: Path) -> None:
    name = b'json:{"filename": "/a\\ud800b\\u0000"}'
    header = b"QFI\xfb" + struct.pack(">IQI", 2, 72, len(name))
    (images / "odd.qcow2").write_bytes(header.ljust(72, b"\0") + name)
    (images / "nul.qcow2").write_bytes(header.ljust(72, b"\0") + b"/a\0".ljust(len(name), b"b"))
    found = files(images)
    assert found["odd.qcow2"].needs == set()
    assert found["nul.qcow2"].needs == {"/a"}


def test_a_folder_of_thousands_is_not_looked_into(
    images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(folders.MOST + 1):
        (images / f"f{number}").touch()
    monkeypatch.setattr(headers, "opened", lambda path: pytest.fail(f"{path} was opened"))
    (found,) = look(images)
    assert found.files == ()
    assert found.unread > folders.MOST


def test_whoever_needs_a_file_is_found_by_any_spelling(images: Path, tmp_path: Path) -> None:
    base, top = images / "base.qcow2", images / "top.qcow2"
    assert folders.needing(str(base)) == [str(top)]
    assert folders.needing(str(top)) == []
    link = tmp_path / "link"
    link.symlink_to(images)
    third = disk.create(images / "third.qcow2", backing=link / "top.qcow2")
    assert folders.needing(str(top)) == [str(third)]
    assert folders.needing(str(link / "top.qcow2")) == [str(link / "third.qcow2")]
    assert folders.needing("/nowhere/at/all") == []
