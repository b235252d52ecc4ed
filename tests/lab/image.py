"""Builds, once, the smallest guest that answers as a guest agent: a kernel and an initramfs."""

from __future__ import annotations

import lzma
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.lab.cache import made
from tests.lab.missing import Missing, program
from tests.lab.progress import Say

KERNEL = "linux-image-cloud-amd64"
AGENT = "qemu-guest-agent"
BUSYBOX = "busybox-static"
MODULES = ("virtio_pci", "virtio_blk", "virtio_console", "virtio_balloon", "button", "evdev")
"""What the guest drives beyond what Debian's cloud kernel has built in (ext4 is)."""
FILES = Path(__file__).parent / "initramfs"
"""What is laid over the busybox tree: /init and what it runs."""
DATA_MIB = 64
FOLDERS = ("bin", "sbin", "dev", "proc", "sys", "run", "tmp", "data", "spare", "etc", "modules")


@dataclass(frozen=True)
class Image:
    """Files of a guest, read-only and shared by all guests."""

    kernel: Path
    initramfs: Path
    data: Path
    """An empty ext4 in a qcow2 of 64 MiB virtual size; guests get copies."""


def build(say: Say) -> Image:
    """The guest's files, from the cache or made in some seconds by apt-get download.

    Raises Missing when a tool, a package list or the network is not there.
    """
    folder = made(f"guest-{_key()}", lambda building: _build(building, say))
    return Image(folder / "vmlinuz", folder / "initramfs", folder / "data.qcow2")


def _key() -> str:
    """Changes when this file, the initramfs files or the host's Debian does."""
    digest = sha256(Path("/etc/debian_version").read_bytes())
    for path in (Path(__file__), *sorted(_files())):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _files() -> list[Path]:
    return [path for path in FILES.rglob("*") if path.is_file()]


def _build(done: Path, say: Say) -> None:
    say("building the guest: a kernel and its initramfs")
    with tempfile.TemporaryDirectory(prefix="kvmtui-lab-") as folder:
        _fill(done, Path(folder))


def _fill(done: Path, work: Path) -> None:
    tree = work / "tree"
    for folder in FOLDERS:
        (tree / folder).mkdir(parents=True)
    kernel = _unpack(work, _real_kernel())
    agent = _unpack(work, AGENT)
    shutil.copy(next((kernel / "boot").glob("vmlinuz-*")), done / "vmlinuz")
    shutil.copy(next(_unpack(work, BUSYBOX).glob("**/bin/busybox")), tree / "bin")
    _install(agent / "usr" / "sbin" / "qemu-ga", tree)
    order = [_install_module(path, tree) for path in _needed(kernel)]
    (tree / "modules" / "order").write_text("\n".join(order) + "\n")
    for path in _files():
        target = tree / path.relative_to(FILES)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
        target.chmod(0o755)
    _pack(tree, done / "initramfs")
    _format(work / "data.raw", done / "data.qcow2")


def _real_kernel() -> str:
    """The versioned package the meta package stands for."""
    unknown = Missing(f"apt knows no {KERNEL}: run apt-get update (Debian, amd64)")
    try:
        text = _run("apt-cache", "depends", "--important", KERNEL)
    except subprocess.CalledProcessError:
        raise unknown from None
    if found := re.search(r"Depends: (linux-image-\S+)", text):
        return found[1]
    raise unknown


def _unpack(work: Path, package: str) -> Path:
    """Downloads a package and unpacks it, not installing anything."""
    debs, tree = work / f"{package}.debs", work / f"{package}.tree"
    debs.mkdir()
    try:
        _run("apt-get", "download", "--quiet", package, cwd=debs)
    except subprocess.CalledProcessError as failed:
        raise Missing(f"cannot download {package}: {failed.stderr.strip()}") from None
    _run("dpkg-deb", "--extract", str(next(debs.glob("*.deb"))), str(tree))
    return tree


def _needed(kernel: Path) -> list[Path]:
    """Module files in loading order; a package has no modules.dep yet, so ask each module."""
    # bookworm has /lib/modules, trixie /usr/lib/modules and compressed files
    base = next(path for path in kernel.glob("**/lib/modules/*") if path.is_dir())
    files = {path.name.partition(".")[0].replace("-", "_"): path for path in base.rglob("*.ko*")}
    builtin = {
        Path(line).stem.replace("-", "_")
        for line in (base / "modules.builtin").read_text().splitlines()
    }
    order: list[Path] = []

    def visit(name: str) -> None:
        if name in builtin or (path := files[name]) in order:
            return
        depends = re.search(rb"\0depends=([^\0]*)\0", _module(path))
        for other in filter(None, depends[1].decode().split(",") if depends else ()):
            visit(other.replace("-", "_"))
        order.append(path)

    for name in MODULES:
        visit(name)
    return order


def _module(path: Path) -> bytes:
    return lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()


def _install_module(path: Path, tree: Path) -> str:
    name = path.name.removesuffix(".xz")
    (tree / "modules" / name).write_bytes(_module(path))
    return name


def _install(binary: Path, tree: Path) -> None:
    """Copies a program and the shared libraries it needs, taken from this very Debian."""
    shutil.copy(binary, tree / "bin")
    for library in _libraries(binary):
        target = tree / library.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, target)


def _libraries(binary: Path) -> Iterator[Path]:
    listed = _run("ldd", str(binary))
    if lost := re.findall(r"(\S+) => not found", listed):
        raise Missing(f"qemu-ga needs {', '.join(lost)}: install the package qemu-system-x86")
    for path in re.findall(r"(/\S+) \(0x", listed):
        yield Path(path)


def _pack(tree: Path, archive: Path) -> None:
    names = sorted(str(path.relative_to(tree)) for path in tree.rglob("*"))
    with archive.open("wb") as output:
        subprocess.run(
            [program("cpio", "cpio"), "--quiet", "-o", "-H", "newc", "-R", "0:0"],
            input="\n".join(names).encode(),
            stdout=output,
            cwd=tree,
            check=True,
        )


def _format(raw: Path, qcow2: Path) -> None:
    with raw.open("wb") as disk:
        disk.truncate(DATA_MIB << 20)
    _run(program("mkfs.ext4", "e2fsprogs"), "-q", "-E", "root_owner=0:0", str(raw))
    _run(program("qemu-img", "qemu-utils"), "convert", "-O", "qcow2", str(raw), str(qcow2))


def _run(*argv: str, cwd: Path | None = None) -> str:
    return subprocess.run(
        [program(argv[0], argv[0]), *argv[1:]],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout
