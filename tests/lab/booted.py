"""Guests that need not boot: RAM and disk of one that has booted are kept in the cache.

To boot takes two seconds of processor time, to wake up a tenth of that.
"""

from __future__ import annotations

import shutil
import time
from hashlib import sha256
from pathlib import Path

from tests.lab import xml
from tests.lab.cache import made
from tests.lab.daemon import Daemon
from tests.lab.guest import GuestDomain, define_guest
from tests.lab.image import Image

NAME = "guest"
INACTIVE_AND_MIGRATABLE = 2 | 8
"""VIR_DOMAIN_XML_…: what a saved image can be restored with."""

RUNNING = 2
"""VIR_DOMAIN_SAVE_RUNNING"""


def define_booted(daemon: Daemon, image: Image, directory: Path) -> GuestDomain:
    """A running guest with one disk, like those of `define_guest`, whose agent answers."""
    kept = made(_key(daemon, image), lambda folder: _boot(daemon, image, folder))
    guest = define_guest(daemon, image, NAME, directory)
    shutil.copyfile(kept / "disk.qcow2", guest.disks[0])
    text = guest.handle.XMLDesc(INACTIVE_AND_MIGRATABLE)
    daemon.connection.restoreFlags(str(kept / "ram"), text, RUNNING)
    guest.wait_agent()
    guest.run(f"date -s @{time.time():.0f}")
    return guest


def _key(daemon: Daemon, image: Image) -> str:
    """Changes with the guest's files, its definition, libvirt and QEMU."""
    digest = sha256(Path(xml.__file__).read_bytes())
    versions = daemon.connection.getLibVersion(), daemon.connection.getVersion()
    digest.update(f"{image.kernel} {versions} {daemon.privileged}".encode())
    return f"booted-{digest.hexdigest()[:12]}"


def _boot(daemon: Daemon, image: Image, folder: Path) -> None:
    guest = define_guest(daemon, image, NAME, folder)
    try:
        guest.start()
        guest.wait_agent()
        guest.handle.save(str(folder / "ram"))
        guest.disks[0].rename(folder / "disk.qcow2")
    finally:
        guest.remove()
