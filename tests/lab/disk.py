"""Disk images made and read from outside, by qemu-img, qemu-io and debugfs."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.lab.missing import program

PAGE = 65536
"""Bytes; one qcow2 cluster, the unit patterns are written in."""


def create(path: Path, *, mib: int = 16, backing: Path | None = None) -> Path:
    """A new qcow2 of `mib` MiB virtual size; with `backing`, an overlay of that qcow2."""
    below = ["-b", str(backing), "-F", "qcow2"] if backing else []
    _run("qemu-img", "create", "-q", "-f", "qcow2", *below, str(path), f"{mib}M")
    return path


def encrypted(path: Path, *, mib: int = 16) -> Path:
    """A new qcow2 encrypted by LUKS.

    qemu-img measures its own CPU time for that, and gives up where the kernel counts it coarsely.
    """
    secret = ["--object", "secret,id=s,data=x"]
    luks = "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10"
    for last in (False,) * 9 + (True,):
        try:
            _run("qemu-img", "create", "-qf", "qcow2", *secret, "-o", luks, str(path), f"{mib}M")
        except RuntimeError as failure:
            if last or "CPU usage" not in str(failure):
                raise
        else:
            break
    return path


def rebase(path: Path) -> None:
    """Takes all that is below into the overlay, which stands on nothing then."""
    _run("qemu-img", "rebase", "-f", "qcow2", "-b", "", str(path))


def unsafe_rebase(path: Path, backing: Path) -> None:
    """Has the header name another file, whatever that holds."""
    _run("qemu-img", "rebase", "-u", "-f", "qcow2", "-b", str(backing), "-F", "qcow2", str(path))


def info(path: Path) -> list[dict[str, Any]]:
    """`qemu-img info` of the whole chain, active image first; also of a disk in use."""
    text = _run("qemu-img", "info", "--force-share", "--backing-chain", "--output=json", str(path))
    chain: list[dict[str, Any]] = json.loads(text)
    return chain


def write(path: Path, pattern: int, *, offset: int = 0, length: int = PAGE) -> None:
    """Fills `length` bytes at `offset` with the byte `pattern`; the disk must not be in use."""
    _io(path, f"write -P {pattern} {offset} {length}")


def holds(path: Path, pattern: int, *, offset: int = 0, length: int = PAGE) -> bool:
    """Whether every one of these bytes, read through the chain, is `pattern`; also while in use.

    Raises RuntimeError when the image cannot be read at all.
    """
    ran = _qemu_io("-r", "-U", "-c", f"read -P {pattern} {offset} {length}", str(path))
    if "Pattern verification failed" in ran.stdout:
        return False
    if ran.returncode != 0 or not re.search(
        rf"^read {length}/{length} bytes", ran.stdout, re.MULTILINE
    ):
        raise RuntimeError(f"qemu-io did not read {path}: {ran.stdout}{ran.stderr}")
    return True


def read_file(path: Path, name: str) -> str | None:
    """Text of a file in the ext4 on the image, None when there is none; also while in use.

    What is asked of the disk is what a guest would find after power loss: its journal is replayed.
    """
    with _raw(path) as raw:
        fsck = program("e2fsck", "e2fsprogs")
        checked = subprocess.run(
            [fsck, "-y", "-E", "journal_only", str(raw)], capture_output=True, text=True
        )
        if checked.returncode > 1:  # 1 is "corrected"
            raise RuntimeError(f"no sound ext4 on {path}: {checked.stdout}{checked.stderr}")
        target = raw.with_name("file")
        _run("debugfs", "-R", f"dump /{name} {target}", str(raw))
        return target.read_text() if target.exists() else None


def at_rest(path: Path) -> bool:
    """Whether the ext4 on the image needs no replay: it was unmounted, or frozen by an agent."""
    with _raw(path) as raw:
        features = re.search(
            r"^Filesystem features: *(.+)$",
            _run("debugfs", "-R", "stats -h", str(raw)),
            re.MULTILINE,
        )
        if features is None:
            raise RuntimeError(f"no ext4 on {path}")
        return "needs_recovery" not in features[1].split()


@contextmanager
def _raw(path: Path) -> Iterator[Path]:
    """A copy of what the image shows, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="kvmtui-lab-") as folder:
        raw = Path(folder) / "raw"
        _run("qemu-img", "convert", "--force-share", "-O", "raw", str(path), str(raw))
        yield raw


def _io(path: Path, command: str) -> None:
    ran = _qemu_io("-f", "qcow2", "-c", command, str(path))
    if ran.returncode != 0 or "failed" in ran.stdout:
        raise RuntimeError(f"qemu-io {command!r} on {path}: {ran.stdout}{ran.stderr}")


def _qemu_io(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program("qemu-io", "qemu-utils"), *argv],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def _run(name: str, *argv: str) -> str:
    package = "e2fsprogs" if name == "debugfs" else "qemu-utils"
    ran = subprocess.run(
        [program(name, package), *argv], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if ran.returncode != 0:
        raise RuntimeError(f"{name} {' '.join(argv)}: {ran.stderr.strip()}")
    return ran.stdout
