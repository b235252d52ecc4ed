"""What an image stands on is told by its header, however it is spelt; nothing else is believed."""

from __future__ import annotations

import json
import os
import struct
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kvmtui.host import headers
from kvmtui.model.folder import QCOW2, RAM, StoredFile
from tests.lab import disk
from tests.lab.missing import program

XML = """<domain><name>web</name><uuid>8d1f0b6e-0000-4000-8000-000000000001</uuid>
<devices><disk type='file'><source file='/img/web.s1.qcow2'/></disk></devices></domain>"""


def read(path: Path) -> StoredFile | None:
    descriptor = headers.opened(str(path))
    assert descriptor is not None
    try:
        return headers.read(str(path), descriptor)
    finally:
        os.close(descriptor)


def needs(path: Path) -> set[str]:
    found = read(path)
    assert found is not None
    assert found.format == QCOW2
    return set(found.needs)


def image(path: Path, *words: str) -> Path:
    argv = [program("qemu-img", "qemu-utils"), "create", "-qf", "qcow2", *words, str(path), "1M"]
    subprocess.run(argv, check=True, cwd=path.parent)
    return path


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return disk.create(tmp_path / "base.qcow2", mib=1)


@pytest.mark.parametrize("compat", ["0.10", "1.1"])
@pytest.mark.parametrize("spelt", ["absolute", "relative", "dots", "url", "json"])
def test_the_backing_file_however_it_is_spelt(base: Path, compat: str, spelt: str) -> None:
    inner = {"driver": "qcow2", "file": {"driver": "file", "filename": str(base)}}
    name = {
        "absolute": str(base),
        "relative": base.name,
        "dots": f"../{base.parent.name}/./{base.name}",
        "url": f"file:{base}",
        "json": f"json:{json.dumps(inner)}",
    }[spelt]
    top = base.with_name("top.qcow2")
    assert needs(image(top, "-o", f"compat={compat}", "-b", name, "-F", "qcow2")) == {str(base)}


def test_an_image_of_its_own_needs_nothing_and_a_data_file_is_needed(tmp_path: Path) -> None:
    assert needs(disk.create(tmp_path / "alone.qcow2")) == set()
    raw = tmp_path / "data.raw"
    apart = image(tmp_path / "apart.qcow2", "-o", f"data_file={raw}")
    assert needs(apart) == {str(raw)}


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("nbd:localhost:10809", []),
        ("rbd:pool/image", []),
        ("https://mirror/image.qcow2", []),
        ("file:///img/a", ["/img/a"]),
        ("sub/a:b.qcow2", ["/img/sub/a:b.qcow2"]),
        ('json:{"file.filename": "a"}', ["/img/a"]),
        ('json:{"driver": "nbd", "host": "/x"}', []),
        ("json:{", []),
        ("json:" + "[" * 1018, []),
        ('json:{"filename": "a\\u0000b"}', ["/img/a"]),
        ('json:{"filename": "a\\ud800b"}', []),
        ("a\0b", ["/img/a"]),
        ("\udcff.qcow2", ["/img/\udcff.qcow2"]),
    ],
)
def test_names_of_backing_files(name: str, files: list[str]) -> None:
    assert list(headers.files_of(name, "/img")) == files


def saved(magic: bytes, xml: str, order: str = "=") -> bytes:
    text = xml.encode() + b"\0" + b"<cookie/>"
    return magic + struct.pack(f"{order}IIIII", 2, len(text), 1, 0, 0) + bytes(56) + text


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("magic", [b"LibvirtQemudSave", b"LibvirtQemudPart"])
def test_saved_ram_names_its_domain_and_needs_its_disks(
    tmp_path: Path, magic: bytes, order: str
) -> None:
    path = tmp_path / "ram"
    path.write_bytes(saved(magic, XML, order) + bytes(5000))
    found = read(path)
    assert found is not None
    assert (found.format, found.uuid) == (RAM, "8d1f0b6e-0000-4000-8000-000000000001")
    assert found.needs == {"/img/web.s1.qcow2"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"QFI",
        b"not an image",
        b"LibvirtQemudSav",
        bytes(4096),
    ],
)
def test_anything_else_is_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd"
    path.write_bytes(content)
    assert read(path) is None


@pytest.mark.parametrize(
    "content",
    [
        b"QFI\xfb" + b"\xff" * 200,
        b"QFI\xfb" + bytes(200),
        b"QFI\xfb" + struct.pack(">IQI", 3, 2**62, 10) + bytes(100),
        b"QFI\xfb\0\0\0\3",
        saved(b"LibvirtQemudSave", "<domain"),
        b"LibvirtQemudSave",
        b"LibvirtQemudSave" + b"\xff" * 100,
    ],
)
def test_damaged_headers_need_nothing_and_harm_nobody(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd"
    path.write_bytes(content)
    found = read(path)
    assert found is not None
    assert (found.needs, found.uuid) == (frozenset(), "")


def test_what_is_no_plain_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert headers.opened(str(tmp_path / "fifo")) is None
    assert headers.opened(str(tmp_path)) is None
    with pytest.raises(FileNotFoundError):
        headers.opened(str(tmp_path / "gone"))


@pytest.mark.parametrize("how", [[], ["-r"]], ids=["writing", "reading"])
def test_an_image_that_a_program_has_open_is_locked(base: Path, how: list[str]) -> None:
    def locked() -> bool:
        descriptor: Any = headers.opened(str(base))
        with closing(os.fdopen(descriptor, "rb")):
            return headers.locked(descriptor)

    assert not locked()
    argv = [program("qemu-io", "qemu-utils"), "-f", "qcow2", *how, str(base)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdin.write("length\n")
        holder.stdin.flush()
        assert "1 MiB" in holder.stdout.readline()
        assert locked()
        holder.stdin.close()
        holder.wait()
    assert not locked()
