"""Files and folders of any content are looked into, and nothing is believed that cannot be."""

from __future__ import annotations

import os
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvmtui.host import folders, headers, images, places
from kvmtui.render.words import safe
from tests.hostile.mutation import CORPUS
from tests.hostile.values import harmless

NAMES = (b"/img/base.qcow2", b"base\0x", b"\xff\xfe", b"json:{\"file\":", b"json:" + b"[" * 1000,
         b"nbd:host:1", b"../../x", b"\x1b]0;x\x07")  # fmt: skip

names = st.one_of(st.sampled_from(NAMES), st.binary(max_size=40))
u32 = st.one_of(st.sampled_from((0, 1, 2, 3, 104, 2**31, 2**32 - 1)), st.integers(0, 4096))
u64 = st.one_of(st.sampled_from((0, 1, 2**21, 2**63 - 1, 2**63, 2**64 - 1)), st.integers(0, 4096))


def _qcow2(version: int, offset: int, length: int, size: int, name: bytes, rest: bytes) -> bytes:
    start = struct.pack(">4sIQIIQ", b"QFI\xfb", version, offset, length, 16, size)
    return (start + rest).ljust(200, b"\0") + name


def _saved(magic: bytes, version: int, length: int, document: str) -> bytes:
    return struct.pack("=16sII", magic, version, length).ljust(92, b"\0") + document.encode()


contents = st.one_of(
    st.builds(_qcow2, u32, st.one_of(st.just(200), u64), u32, u64, names, st.binary(max_size=150)),
    st.builds(
        _saved,
        st.sampled_from((b"LibvirtQemudSave", b"LibvirtQemudPart")),
        u32,
        u32,
        st.sampled_from((*CORPUS.values(), "", "<a>" * 1000, "<!DOCTYPE a>")),
    ),
    st.binary(max_size=64),
)


@pytest.fixture(scope="module")
def file() -> Iterator[Path]:
    """One file that is written anew for every example."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "image"


@given(content=contents)
def test_any_header(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    path = str(file)
    descriptor = headers.opened(path)
    assert descriptor is not None
    try:
        headers.read(path, descriptor)
    finally:
        os.close(descriptor)
    images.backing(path)
    images.below(path, {})
    list(folders.below(path, set()))
    folders.looked_into((str(file.parent),), frozenset())
    folders.needing(path)


@given(content=st.binary(max_size=20))
def test_no_header_leaves_a_file_open(file: Path, content: bytes) -> None:
    file.write_bytes(b"QFI\xfb" + content)
    before = len(os.listdir("/proc/self/fd"))
    images.below(str(file), {})
    assert len(os.listdir("/proc/self/fd")) == before


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=4), contents)
def test_any_name(listed: list[bytes], content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in listed:
            clean = name.replace(b"/", b"_").replace(b"\0", b"_").strip(b".") or b"x"
            Path(os.fsdecode(os.path.join(os.fsencode(folder), clean))).write_bytes(content)
        (found,) = folders.looked_into((folder,), frozenset())
        assert found.unread == 0
        for path in {*(file.path for file in found.files), *(images.beside(folder) or ())}:
            assert harmless(safe(path))
            assert places.looked_at(path).real == path


@pytest.mark.parametrize("seconds", [2**40, 2**62, -(2**40)])
def test_a_time_that_no_calendar_has(tmp_path: Path, seconds: int) -> None:
    file = tmp_path / "image"
    file.write_bytes(_qcow2(3, 0, 0, 0, b"", b""))
    try:
        os.utime(file, (seconds, seconds))
    except OSError:
        pytest.skip("the file system has no such time")
    (found,) = folders.looked_into((str(tmp_path),), frozenset())
    assert [each.path for each in found.files] == [str(file)]
