"""A libvirtd of an ordinary user with a fleet of its own, gone without trace at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

from tests.bench.fleet import Fleet
from tests.bench.process import busy
from tests.lab.missing import program
from tests.lab.virsh import Virsh, VirshFailed

CONFIGURATION = """\
auth_unix_ro = "none"
auth_unix_rw = "none"
keepalive_interval = -1
"""

ORDINARY = "nobody"
"""Whom the daemon belongs to when root starts it: a session daemon is no root's."""

MEMORY, ROOM = "/dev/shm", 2 * 2**30

LOADED = 300.0
"""Seconds within which the largest fleet is there."""

AT_REST = 0.02
"""The share of a processor below which a daemon has nothing to do."""


@dataclass(frozen=True)
class Daemon:
    """A running libvirtd and its fleet."""

    fleet: Fleet
    socket: Path
    pid: int

    @property
    def uri(self) -> str:
        return uri(self.socket)

    @property
    def virsh(self) -> Virsh:
        return Virsh(self.uri)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """SIGSTOP for the length of the block: sockets accept, nobody answers."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def loaded(self) -> float:
        """Waits until somebody who reads everything has done so: they make pauses."""
        return self.rest(600, 2.0)

    def rest(self, longest: float = 120.0, quiet: float = 0.5) -> float:
        """Waits until nobody asks the daemon for much; gives when that began, by the clock."""
        end = time.perf_counter() + longest
        rested = time.perf_counter()
        while (now := time.perf_counter()) < end:
            spent = busy(self.pid)
            time.sleep(0.02)
            after = time.perf_counter()
            if busy(self.pid) - spent > AT_REST * (after - now):
                rested = after
            elif after - rested >= quiet:
                break
        return rested


def uri(socket: Path) -> str:
    """What kvmtui and virsh are given to reach the daemon behind a socket."""
    return f"qemu+unix:///session?socket={quote(str(socket))}"


class Daemons:
    """Starts daemons; what libvirt finds out about QEMU is found out once for all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._libvirtd = program("libvirtd", "libvirt-daemon")
        program("qemu-system-x86_64", "qemu-system-x86")
        program("virsh", "libvirt-clients")

    @contextmanager
    def running(self, fleet: Fleet) -> Iterator[Daemon]:
        """A daemon that has loaded the fleet, for the length of the block."""
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        own = {name: folder / name for name in ("etc", "run", "data", "home", "images")}
        definitions = own["etc"] / "libvirt" / "qemu"
        for path in (*own.values(), definitions, self._folder / "cache"):
            path.mkdir(parents=True, exist_ok=True)
        (folder / "libvirtd.conf").write_text(
            f'{CONFIGURATION}host_uuid = "{uuid4()}"\nlog_outputs = "3:file:{folder}/log"\n'
        )
        try:
            fleet.write(definitions, own["images"])
            _give_away(self._folder)
            process = self._started(folder)
            try:
                socket = own["run"] / "libvirt" / "libvirt-sock"
                daemon = Daemon(fleet, socket, process.pid)
                _await(daemon, process, folder / "log")
                yield daemon
            finally:
                process.kill()
                process.wait()
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _started(self, folder: Path) -> subprocess.Popen[bytes]:
        root = os.geteuid() == 0
        with_us = [program("setpriv", "util-linux"), "--pdeathsig", "KILL"]
        own = ["--config", f"{folder}/libvirtd.conf", "--pid-file", f"{folder}/pid"]
        return subprocess.Popen(
            [*with_us, self._libvirtd, *own],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "LC_ALL": "C.UTF-8",
                "HOME": str(folder / "home"),
                "XDG_CONFIG_HOME": str(folder / "etc"),
                "XDG_RUNTIME_DIR": str(folder / "run"),
                "XDG_DATA_HOME": str(folder / "data"),
                "XDG_CACHE_HOME": str(self._folder / "cache"),
            },
            user=ORDINARY if root else None,
            group=pwd.getpwnam(ORDINARY).pw_gid if root else None,
            extra_groups=[] if root else None,
        )


@contextmanager
def daemons() -> Iterator[Daemons]:
    """The right to start daemons, and a folder that goes with them."""
    folder = Path(tempfile.mkdtemp(prefix="kvmtui-bench-", dir=_fast()))
    try:
        yield Daemons(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fast() -> str | None:
    """Memory, where there is enough: tens of thousands of small files take minutes elsewhere."""
    with suppress(OSError):
        if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM:
            return MEMORY
    return None


def _give_away(folder: Path) -> None:
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", f"{ORDINARY}:", folder], check=True)


def _await(daemon: Daemon, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + LOADED
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(VirshFailed, subprocess.TimeoutExpired):
            if len(daemon.virsh("list", "--all", "--name").split()) != daemon.fleet.domains:
                break
            daemon.rest()
            return
        time.sleep(0.1)
    told = log.read_text(errors="replace")[-2000:] if log.exists() else ""
    raise RuntimeError(f"libvirtd does not come up with its {daemon.fleet.domains} domains\n{told}")
