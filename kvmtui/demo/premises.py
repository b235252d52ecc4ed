"""Finds a place for the demo and says what, if anything, keeps QEMU from running in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kvmtui.demo.fleet import GIB

PREFIX = "kvmtui-"
LONGEST_ROOT = 36
"""Characters: libvirt makes sockets below the root, whose paths may have 107."""

ROOM = 2 * GIB
"""Bytes the fleet needs, with room for merging."""

PROGRAMS = ("qemu-system-x86_64", "qemu-img", "qemu-io")
DRIVER = "libvirt/connection-driver/libvirt_driver_qemu.so"
LIBRARY_FOLDERS = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64")

QEMU_CONF = """\
stdio_handler = "file"
security_driver = "none"
namespaces = []
cgroup_controllers = []
"""
"""Keeps the driver from starting virtlogd and from confining its throwaway guests."""


def make_root() -> Path:
    """Make the demo's root folder, where there is most room for disk images.

    Raises:
        OSError: no folder can be written to.
    """
    parents = [parent for parent in _parents() if _fits(parent)]
    roomy = [parent for parent in parents if shutil.disk_usage(parent).free >= ROOM]
    parent = next(iter(roomy + parents), Path(tempfile.gettempdir()))
    return Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))


def obstacle(root: Path) -> str | None:
    """Why libvirt's QEMU driver cannot serve the demo, or None when it seems that it can."""
    for program in PROGRAMS:
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if not _driver_module_exists():
        return "libvirt's QEMU driver is not installed"
    if len(str(root)) > LONGEST_ROOT:
        return f"the path {root} is too long for libvirt's sockets"
    if shutil.disk_usage(root).free < ROOM:
        return f"less than {ROOM // GIB} GiB are free in {root.parent}"
    return None


def direct_io(folder: Path) -> bool:
    """Whether files in a folder can be opened past the page cache."""
    probe = folder / "direct"
    probe.touch()
    try:
        os.close(os.open(probe, os.O_RDWR | os.O_DIRECT))
    except OSError:
        return False
    finally:
        probe.unlink()
    return True


def _parents() -> Iterator[Path]:
    """TMPDIR if set, then where large temporary files go, then where any go."""
    if "TMPDIR" in os.environ:
        yield Path(os.environ["TMPDIR"])
    yield Path("/var/tmp")
    yield Path(tempfile.gettempdir())


def _fits(parent: Path) -> bool:
    name = len("/" + PREFIX + "12345678")
    return os.access(parent, os.W_OK | os.X_OK) and len(str(parent)) + name <= LONGEST_ROOT


def _driver_module_exists() -> bool:
    with contextlib.suppress(KeyError):
        return (Path(os.environ["LIBVIRT_DRIVER_DIR"]) / Path(DRIVER).name).exists()
    return any(
        next(Path(folder).glob(pattern), None) is not None
        for folder in LIBRARY_FOLDERS
        for pattern in (DRIVER, f"*/{DRIVER}")
    )
