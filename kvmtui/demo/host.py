"""What ``kvmtui --demo`` connects to: a host of its own, gone without a trace afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from kvmtui.demo import premises
from kvmtui.demo.build import Libvirt, build
from kvmtui.demo.definitions import Flavour
from kvmtui.demo.node import write_node
from kvmtui.demo.places import Places
from kvmtui.demo.rank import as_ordinary_user
from kvmtui.demo.sweeper import Sweeper

Driver = Literal["auto", "embed", "test"]


class Demo:
    """A throwaway host; made by `prepare`, before libvirt is imported."""

    uri: str
    """What libvirt is to open, inside `opening`."""
    note: str
    """One line for the screen: which host this is, and why."""

    def __init__(self, root: Path, sweeper: Sweeper) -> None:
        """Take over a root folder and its janitor; `prepare` does the rest."""
        self.places = Places(root)
        self._sweeper = sweeper
        self._stop = threading.Event()
        self._opening = threading.Lock()
        self._opened = False
        self._embedded = False
        self._environment: dict[str, str | None] = {}

    @property
    def state_dir(self) -> Path:
        """Where the app keeps its own state while the demo lasts."""
        return self.places.state

    @contextlib.contextmanager
    def opening(self) -> Iterator[None]:
        """Wrap every opening of `uri` in this; only the first one needs it."""
        with self._opening:
            if self._opened or not self._embedded:
                yield
                return
            with as_ordinary_user(self.places.root):
                yield
            self._opened = True

    def populate(self, connection: Libvirt) -> None:
        """Make the fleet, on a thread and a connection of its own; `close` stops it.

        On the test driver the fleet is there from the beginning, and nothing happens.

        Raises:
            libvirt.libvirtError: libvirt refused a step, perhaps because the demo was closed.
            subprocess.CalledProcessError: a disk image could not be made, or likewise.
        """
        if not self._embedded:
            return
        cache = "none" if premises.direct_io(self.places.images) else None
        for _ in build(connection, self.places, Flavour("qemu", cache)):
            if self._stop.is_set():
                return

    def embed(self) -> None:
        """Serve the fleet with QEMU, through libvirt's driver inside this process."""
        root = self.places.root
        self._embedded = True
        self.uri = f"qemu:///embed?root={root}"
        self.note = "demo: a throwaway host with real QEMU, gone when you quit"

    def fall_back(self, reason: str) -> None:
        """Serve the fleet with libvirt's test driver instead, because of ``reason``."""
        self._embedded = False
        self.uri = write_node(self.places)
        self.note = f"demo on libvirt's test driver: {reason}; no disks or block jobs"

    def close(self, wait: float = 0) -> bool:
        """End the demo; its guests and files vanish in the background.

        Returns whether they were gone within ``wait`` seconds. Closing twice is fine.
        """
        self._stop.set()
        self._restore_environment()
        return self._sweeper.release(wait)

    def redirect_libvirt(self) -> None:
        """Keep libvirt's log off the screen and its runtime files in the root folder."""
        wanted = {
            "LIBVIRT_LOG_OUTPUTS": f"3:file:{self.places.libvirt_log}",
            "XDG_RUNTIME_DIR": str(self.places.runtime),
        }
        self._environment = {name: os.environ.get(name) for name in wanted}
        os.environ.update(wanted)

    def _restore_environment(self) -> None:
        for name, value in self._environment.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        self._environment = {}


def prepare(driver: Driver = "auto") -> Demo:
    """Make the demo's root folder and janitor, and decide which driver serves the fleet.

    Quick, and to be called before libvirt is imported, since libvirt then reads its environment.
    ``auto`` takes QEMU where everything needed is installed, and else libvirt's test driver.

    Raises:
        OSError: no folder for it can be made, or no process started.
    """
    root = premises.make_root()
    try:
        sweeper = Sweeper(root, os.getpid())
    except OSError:
        shutil.rmtree(root)
        raise
    demo = Demo(root, sweeper)
    _furnish(demo.places)
    demo.redirect_libvirt()
    reason = "it was asked for" if driver == "test" else premises.obstacle(root)
    if reason is None or driver == "embed":
        demo.embed()
    else:
        demo.fall_back(reason)
    return demo


def _furnish(places: Places) -> None:
    """Make the folders and the driver's configuration."""
    for folder in (places.images, places.state, places.libvirt_log.parent, places.runtime):
        folder.mkdir(mode=0o700)
    places.qemu_conf.parent.mkdir()
    places.qemu_conf.write_text(premises.QEMU_CONF)
