"""Images are looked at without a lock, and whatever cannot be read is left as it was known."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kvmtui.host import here, images, walk
from kvmtui.host.images import info
from kvmtui.model.disk import Disk, ImageSnapshot, Layer
from tests.lab import disk
from tests.lab.missing import program
from tests.worlds import HOSTILE

MIB = 2**20


@pytest.fixture
def chain(tmp_path: Path) -> tuple[str, str]:
    """An overlay and its base."""
    base = disk.create(tmp_path / "base.qcow2")
    disk.write(base, 0x11)
    return str(disk.create(tmp_path / "top.qcow2", backing=base)), str(base)


@pytest.fixture
def in_use(chain: tuple[str, str]) -> Iterator[str]:
    """The overlay, opened for writing and locked by another process."""
    argv = [program("qemu-io", "qemu-utils"), "-f", "qcow2", chain[0]]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdin.write("length\n")
        holder.stdin.flush()
        assert "16 MiB" in holder.stdout.readline()
        yield chain[0]
        holder.stdin.close()


def of(*sources: str, **fields: object) -> Disk:
    return Disk("vda", layers=tuple(map(Layer, sources)), **fields)  # type: ignore[arg-type]


def looked_at(disk: Disk, *, whole: bool) -> Disk:
    """The disk as this machine sees it."""
    return here.beside(walk.looked_at(disk, here.Here(times=whole).look, whole=whole))


def test_a_chain_that_libvirt_does_not_record_is_found(chain: tuple[str, str]) -> None:
    seen = looked_at(of(chain[0]), whole=True)
    assert [layer.source for layer in seen.layers] == list(chain)
    assert seen.complete
    assert {layer.format for layer in seen.layers} == {"qcow2"}
    assert {layer.capacity for layer in seen.layers} == {16 * MIB}
    assert all(layer.used for layer in seen.layers)
    assert seen.free is not None
    assert seen.free > MIB


def test_a_recorded_chain_of_a_running_domain_is_not_made_longer(chain: tuple[str, str]) -> None:
    seen = looked_at(of(chain[0]), whole=False)
    assert [layer.source for layer in seen.layers] == [chain[0]]
    assert not seen.complete


def test_an_image_in_use_is_read_and_stays_usable(in_use: str, chain: tuple[str, str]) -> None:
    locked = subprocess.run(
        [program("qemu-img", "qemu-utils"), "info", in_use], capture_output=True, check=False
    )
    assert locked.returncode != 0, "the image is not locked: nothing is proved"
    assert [part["filename"] for part in info(in_use)] == list(chain)


def test_what_libvirt_told_is_not_overwritten(chain: tuple[str, str]) -> None:
    told = Disk("vda", layers=(Layer(chain[0], format="raw", capacity=1, used=0),))
    (layer,) = looked_at(told, whole=False).layers
    assert (layer.format, layer.capacity, layer.used) == ("raw", 1, 0)


def test_a_guest_cannot_lead_anywhere_by_what_it_writes_into_its_raw_disk(
    chain: tuple[str, str],
) -> None:
    forged = Disk("vda", layers=(Layer(chain[0], format="raw"),), complete=True)
    for whole in (True, False):
        seen = looked_at(forged, whole=whole)
        assert [layer.source for layer in seen.layers] == [chain[0]]
        assert seen.layers[0].capacity is not None
        assert seen.layers[0].capacity < MIB, "that is the file, not what it says of itself"


def test_internal_snapshots_are_those_of_the_image(chain: tuple[str, str]) -> None:
    name = HOSTILE["vietnamese"]
    subprocess.run(
        [program("qemu-img", "qemu-utils"), "snapshot", "-c", name, chain[1]], check=True
    )
    top, base = looked_at(of(*chain), whole=True).layers
    assert top.snapshots == ()
    assert base.snapshots is not None
    (inside,) = base.snapshots
    assert inside == ImageSnapshot(name, 0, inside.created, "1")
    assert abs(inside.created - time.time()) < 60


def test_a_missing_base_is_marked_and_everything_known_stays(chain: tuple[str, str]) -> None:
    Path(chain[1]).unlink()
    for whole in (True, False):
        seen = looked_at(of(*chain), whole=whole)
        assert [(layer.source, layer.missing) for layer in seen.layers] == [
            (chain[0], False),
            (chain[1], True),
        ]
        assert not seen.complete


def test_a_folder_that_may_not_be_searched_proves_nothing(chain: tuple[str, str]) -> None:
    superuser = os.geteuid() == 0
    folder = Path(chain[0]).parent
    folder.chmod(0o700 if superuser else 0o600)
    try:
        if superuser:
            os.seteuid(65534)
        seen = looked_at(of(*chain, "/none/at/all"), whole=True)
    finally:
        if superuser:
            os.seteuid(0)
        folder.chmod(0o700)
    assert [layer.missing for layer in seen.layers] == [False, False, True]
    assert [layer.used for layer in seen.layers] == [None, None, None]


@pytest.mark.parametrize("content", [b"", b"not an image", b"QFI\xfb" + bytes(60), b"{"])
def test_a_file_that_is_no_image_is_no_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.qcow2"
    path.write_bytes(content)
    seen = looked_at(of(str(path)), whole=True)
    assert seen.layers[0].source == str(path)
    assert not seen.layers[0].missing


@pytest.mark.parametrize(
    "name",
    [
        *(n for k, n in HOSTILE.items() if "/" not in n and k not in ("long", "wide")),
        "--help",
        "-x",
        "json:{}",
        "nbd:localhost:1",
        "a:b.qcow2",
        "fat:x",
    ],
)
def test_a_file_of_any_name_is_read_and_never_taken_for_something_else(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    made = disk.create(tmp_path / "plain")
    os.rename(made, path)
    (layer,) = looked_at(of(str(path)), whole=True).layers
    assert (layer.source, layer.format, layer.capacity) == (str(path), "qcow2", 16 * MIB)


@pytest.mark.parametrize("path", ["json:{}", "nbd://127.0.0.1:1/x", "fat:/etc", "-x", ""])
def test_a_source_that_is_no_path_is_not_opened(path: str) -> None:
    assert looked_at(of(path), whole=True).layers == (Layer(path, missing=True),)


@pytest.mark.parametrize("kind", ["network", "volume", "nvme", "dir", "vhostuser"])
def test_what_is_no_file_is_not_looked_at(chain: tuple[str, str], kind: str) -> None:
    given = Layer(chain[0], kind)
    assert here.Here(times=True).look(given) == walk.Sight(given)


def test_without_qemu_img_everything_known_stays(
    chain: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    seen = looked_at(of(*chain), whole=True)
    assert [layer.source for layer in seen.layers] == list(chain)
    assert seen.free is not None


def test_a_qemu_img_that_hangs_is_given_up(
    chain: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow = tmp_path / "qemu-img"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(images, "TIMEOUT", 0.2)
    assert info(chain[0]) == []


def test_a_chain_is_followed_down_by_its_headers(chain: tuple[str, str], tmp_path: Path) -> None:
    top, base = chain
    assert images.below(top, {}) == (base,)
    assert images.below(base, {}) == ()
    higher = disk.create(tmp_path / "higher.qcow2", backing=Path(top))
    assert images.below(str(higher), {}) == (top, base)
    Path(base).unlink()
    assert images.below(str(higher), {}) is None, "what is gone may have stood on anything"


def test_a_chain_in_a_circle_ends(chain: tuple[str, str]) -> None:
    top, base = chain
    rebase = [program("qemu-img", "qemu-utils"), "rebase", "-u", "-F", "qcow2", "-b", top, base]
    subprocess.run(rebase, check=True)
    assert set(images.below(top, {}) or ()) == {top, base}
    seen = looked_at(of(top), whole=True)
    assert [layer.source for layer in seen.layers] == [top, base]
    assert not seen.complete


def test_what_is_no_image_stands_on_nothing(tmp_path: Path) -> None:
    for content in (b"", b"QFI", b"QFI\xfb" + b"\xff" * 200):
        path = tmp_path / "odd"
        path.write_bytes(content)
        assert images.backing(str(path)) == ""
    assert images.backing(str(tmp_path / "gone")) == ""
