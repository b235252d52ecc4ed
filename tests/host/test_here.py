"""Images of every kind, as this machine sees them."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kvmtui.host import folders, here, images, qcow2, walk
from kvmtui.model.disk import Disk, Layer
from tests.lab import disk
from tests.lab.missing import program

MIB = 2**20


def seen(*layers: Layer, whole: bool = True) -> Disk:
    """What is found of a disk with these layers."""
    recorded = Disk("vda", layers=layers)
    return walk.looked_at(recorded, here.Here(times=whole).look, whole=whole)


def qemu_img(*words: str) -> None:
    subprocess.run([program("qemu-img", "qemu-utils"), *words], check=True, capture_output=True)


@pytest.fixture
def chain(tmp_path: Path) -> tuple[Path, Path, Path]:
    """top - middle - base."""
    base = disk.create(tmp_path / "base.qcow2")
    middle = disk.create(tmp_path / "middle.qcow2", backing=base)
    return disk.create(tmp_path / "top.qcow2", backing=middle), middle, base


def test_headers_tell_of_a_chain_what_qemu_img_tells(
    chain: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "free", lambda _folder: 2**30)  # changes from moment to moment
    top = Layer(str(chain[0]), format="qcow2")
    told = seen(top)
    monkeypatch.setattr(qcow2, "info", lambda _path, _format: None)
    assert seen(top) == told
    assert [layer.source for layer in told.layers] == [str(path) for path in chain]
    assert all(layer.capacity and layer.snapshots == () for layer in told.layers)


@contextmanager
def ordinary_user() -> Iterator[None]:
    """For the length of the block the tests are nobody."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that everybody may search."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_of_a_chain_with_a_hole_everything_above_it_is_known(
    chain: tuple[Path, Path, Path],
) -> None:
    top, middle, _base = chain
    middle.unlink()
    found = seen(Layer(str(top)))
    assert [(layer.source, layer.missing) for layer in found.layers] == [
        (str(top), False),
        (str(middle), True),
    ]
    assert found.layers[0].capacity == 16 * MIB
    assert found.layers[0].snapshots == ()
    assert not found.complete


def test_a_recorded_chain_comes_before_what_headers_say(chain: tuple[Path, Path, Path]) -> None:
    """libvirt, too, opens what is recorded, and reads headers only from the end of that on."""
    top, middle, base = chain
    found = seen(Layer(str(top)), Layer(str(base)))
    assert [layer.source for layer in found.layers] == [str(top), str(base)]
    assert found.complete
    assert {layer.capacity for layer in found.layers} == {16 * MIB}
    part = seen(Layer(str(top)), Layer(str(middle)))
    assert [layer.source for layer in part.layers] == list(map(str, chain))
    assert part.complete


def test_below_a_raw_disk_is_nothing_whatever_it_looks_like(
    chain: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    """The guest writes its first bytes."""
    forged = chain[0]
    found = seen(Layer(str(forged), format="raw"))
    assert [layer.source for layer in found.layers] == [str(forged)]
    assert found.complete
    above = tmp_path / "above.qcow2"
    qemu_img("create", "-f", "qcow2", "-b", str(forged), "-F", "raw", str(above))
    both = seen(Layer(str(above)))
    assert [(layer.source, layer.format) for layer in both.layers] == [
        (str(above), "qcow2"),
        (str(forged), "raw"),
    ]
    assert both.complete


def test_an_encrypted_image_is_read_without_its_secret(tmp_path: Path) -> None:
    (layer,) = seen(Layer(str(disk.encrypted(tmp_path / "luks.qcow2")))).layers
    assert (layer.encryption, layer.capacity, layer.unread) == ("luks", 16 * MIB, "")
    old = tmp_path / "old.qcow2"
    secret = ("--object", "secret,id=s,data=x")
    aes = "encrypt.format=aes,encrypt.key-secret=s"
    qemu_img("create", "-f", "qcow2", *secret, "-o", aes, str(old), "8M")
    (layer,) = seen(Layer(str(old))).layers
    assert (layer.encryption, layer.capacity) == ("qcow", 8 * MIB)


def test_what_may_not_be_read_tells_why(public: Path) -> None:
    base = disk.create(public / "base.qcow2")
    middle = disk.create(public / "middle.qcow2", backing=base)
    top = disk.create(public / "top.qcow2", backing=middle)
    middle.chmod(0)
    with ordinary_user():
        found = seen(Layer(str(top)))
        assert images.below(str(top), {}) is None, "it may stand on anything"
    assert [(layer.source, layer.unread, layer.missing) for layer in found.layers] == [
        (str(top), "", False),
        (str(middle), "Permission denied", False),
    ]
    assert found.layers[0].capacity == 16 * MIB
    assert not found.complete
    locked = public / "locked"
    locked.mkdir(0o700)
    inside = disk.create(locked / "x.qcow2")
    with ordinary_user():
        (layer,) = seen(Layer(str(inside))).layers
    assert (layer.unread, layer.missing) == ("Permission denied", False)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    top = tmp_path / "top.qcow2"
    qemu_img("create", "-u", "-f", "qcow2", "-b", str(pipe), "-F", "qcow2", str(top), "8M")
    begun = time.monotonic()
    found = seen(Layer(str(top)))
    assert folders.needing(str(pipe)) == [str(top)]
    assert images.backing(str(pipe)) == ""
    assert images.below(str(top), {}) is None
    assert time.monotonic() < begun + images.TIMEOUT / 2
    assert found.layers[1].unread == "neither a file nor a block device"
    assert found.layers[0].capacity == 8 * MIB


def test_what_is_no_image_of_that_format_is_not_made_one(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"plain")
    (layer,) = seen(Layer(str(path), format="qcow2")).layers
    assert (layer.capacity, layer.snapshots, layer.missing) == (None, None, False)


@pytest.mark.parametrize("backing", ["nbd://127.0.0.1:1/x", "json:{}"])
def test_a_chain_that_leaves_the_machine_is_not_followed(tmp_path: Path, backing: str) -> None:
    top = tmp_path / "top.qcow2"
    qemu_img("create", "-u", "-f", "qcow2", "-b", backing, "-F", "qcow2", str(top), "8M")
    begun = time.monotonic()
    found = seen(Layer(str(top)))
    assert time.monotonic() < begun + images.TIMEOUT / 2
    source = "nbd:x" if "nbd" in backing else backing
    assert [(layer.source, layer.kind) for layer in found.layers] == [
        (str(top), "file"),
        (source, "network"),
    ]
    assert not found.complete
