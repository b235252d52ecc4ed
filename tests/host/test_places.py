"""Paths at which files are wanted, on real file systems and in libvirt's pools."""

from __future__ import annotations

import errno
import os
import socket
import stat
from pathlib import Path

import pytest

from kvmtui.host.places import looked_at
from kvmtui.host.virt import Opener, pools
from kvmtui.model.place import Place, There

NODE = """<node><domain type='test'><name>d</name><memory>1024</memory><os><type>hvm</type></os>
</domain><pool type='dir'><name>images</name><target><path>/images</path></target>
<volume type='file'><name>web.qcow2</name><capacity unit='M'>10</capacity></volume></pool></node>"""


def test_a_free_place_and_its_folder_are_told(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    found = looked_at(str(tmp_path / "new.qcow2"))
    assert (found.there, found.folder) == (There.NOTHING, There.FOLDER)
    assert found.beside == frozenset({str(tmp_path / "other")})
    status = os.statvfs(tmp_path)
    assert found.free is not None
    assert abs(found.free - status.f_bavail * status.f_frsize) < 2**30
    assert (found.size, found.held) == (None, False)


def test_what_is_there_already_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        kinds = {name.name: looked_at(str(name)).there for name in tmp_path.iterdir()}
    assert kinds == {
        "file": There.FILE,
        "folder": There.FOLDER,
        "dangling": There.OTHER,
        "link": There.FILE,
        "socket": There.OTHER,
    }


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    lost, wrong = looked_at(str(tmp_path / "a" / "b")), looked_at(str(tmp_path / "file" / "b"))
    assert (lost.folder, lost.there) == (There.NOTHING, There.NOTHING)
    assert (wrong.folder, wrong.there) == (There.FILE, There.NOTHING)
    assert (lost.beside, lost.free) == (None, None)


def test_links_are_followed_to_the_real_place(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert looked_at(str(tmp_path / "link" / "x")).real == str(tmp_path / "real" / "x")


def test_a_folder_that_may_not_be_searched_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(path: str) -> os.stat_result:
        raise PermissionError(path)

    monkeypatch.setattr(os, "stat", denied)
    found = looked_at(str(tmp_path / "x"))
    assert (found.there, found.folder, found.beside) == (There.UNKNOWN, There.UNKNOWN, None)


def test_a_block_device_tells_its_size_and_who_holds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the kernel answers for a device, with a file in its place: few may make a device."""
    path = tmp_path / "device"
    path.write_bytes(bytes(8 << 20))
    plain, opened = os.stat, os.open

    def stat_(path: str) -> os.stat_result:
        found = plain(path)
        mode = stat.S_IFBLK | 0o600 if stat.S_ISREG(found.st_mode) else found.st_mode
        return os.stat_result((mode, *found[1:]))

    def mounted(path: str, flags: int) -> int:
        if flags & os.O_EXCL:
            raise OSError(errno.EBUSY, "in use", path)
        return opened(path, flags)

    monkeypatch.setattr(os, "stat", stat_)
    found = looked_at(str(path))
    assert (found.there, found.size, found.held) == (There.BLOCK, 8 << 20, False)
    monkeypatch.setattr(os, "open", mounted)
    found = looked_at(str(path))
    assert (found.there, found.size, found.held) == (There.BLOCK, 8 << 20, True)


def test_a_pool_tells_of_the_files_it_knows(tmp_path: Path) -> None:
    node = tmp_path / "node.xml"
    node.write_text(NODE)
    handle = Opener(f"test://{node}").open().handle
    known, other, outside = (
        pools.place(handle, path) for path in ("/images/web.qcow2", "/images/new", "/other/new")
    )
    assert (known.there, known.folder) == (There.FILE, There.FOLDER)
    assert (other.there, other.folder) == (There.UNKNOWN, There.FOLDER)
    assert other.beside == frozenset({"/images/web.qcow2"})
    assert other.free
    assert other.real == ""
    assert outside == Place("/other/new")
