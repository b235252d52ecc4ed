"""A real libvirtd of one's own: private state, private socket, gone without trace at the end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import libvirt

from kvmtui.host.virt.quiet import start_event_loop
from tests.lab import enclosure, scene
from tests.lab.cache import alone
from tests.lab.missing import Missing
from tests.lab.virsh import Virsh, VirshFailed

START = 30.0
"""Seconds a daemon may take to answer; about 0.5 is usual, more when it probes QEMU first."""


@dataclass
class Daemon:
    """A running libvirtd; `uri` is for kvmtui and libvirt, `virsh` is bound to the same socket."""

    uri: str
    folder: Path
    """Short path, private, seen by the daemon under the same name: sockets fit in here."""
    log: Path
    privileged: bool
    """True for qemu:///system, False for qemu:///session."""
    process: subprocess.Popen[str] = field(repr=False)
    virsh: Virsh = field(init=False)
    pid: int = field(init=False, default=0)
    _connection: Any = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        self.virsh = Virsh(self.uri)

    @property
    def lives(self) -> bool:
        """Whether the process is there; until it was waited for it may still hold its files."""
        return Path(f"/proc/{self.pid}").exists()

    @property
    def remote(self) -> str:
        """The URI that leads to the socket even where this process has opened an embedded host."""
        return self.uri.replace("qemu:", "qemu+unix:", 1)

    @property
    def connection(self) -> Any:
        """A virConnect of libvirt's own binding; a virsh costs fifty times as much time."""
        if self._connection is None:
            start_event_loop()
            self._connection = libvirt.open(self.remote)
        return self._connection

    def start(self) -> None:
        """Starts libvirtd, unless it runs, and returns when it answers; guests are found again.

        Raises RuntimeError with the end of the daemon's log when it does not come up.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._connection = None
        try:
            print("start", file=self.process.stdin, flush=True)
            self.pid = int(self.process.stdout.readline())
        except (BrokenPipeError, ValueError):
            raise RuntimeError(f"the enclosure broke:\n{self.last_words()}") from None
        deadline = time.monotonic() + START
        while True:
            try:
                self.virsh("uri", timeout=START)
                return
            except (VirshFailed, subprocess.TimeoutExpired) as refusal:
                if time.monotonic() > deadline or not self.lives:
                    raise RuntimeError(
                        f"libvirtd does not answer: {refusal}\n{self.last_words()}"
                    ) from None
            time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL: connections break, guests go on. `start` brings a new daemon."""
        os.kill(self.pid, signal.SIGKILL)
        while self.lives:
            time.sleep(0.01)

    @contextmanager
    def wedged(self) -> Iterator[None]:
        """SIGSTOP for the length of the block: sockets accept, nobody answers."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def last_words(self) -> str:
        """The end of what it complained of, and of how it ended."""
        texts = [
            path.read_text(errors="replace")
            for path in (self.log, self.folder / "stderr")
            if path.exists()
        ]
        return "".join(texts)[-3000:]


@contextmanager
def running(*, root: Path | None = None, shared: Sequence[Path] = ()) -> Iterator[Daemon]:
    """A libvirtd for the length of the block; with it go its guests and its folder.

    As root it is a system daemon, otherwise a session daemon. `root` takes the daemon and QEMU of
    another Debian, debootstrapped there; `shared` names the folders it must see (disks, say).

    Raises Missing when libvirtd or the right to isolate it is not there.
    """
    folder = Path(tempfile.mkdtemp(prefix="kvmtui-lab-"))
    log = folder / "libvirtd.log"
    try:
        if os.geteuid() == 0:
            kind, setting = "system", scene.system(folder, log, root=root, shared=shared)
        elif root is None:
            kind, setting = "session", scene.session(folder, log)
        else:
            raise Missing(f"only root can run the daemon of {root}")
        uri = f"qemu:///{kind}?socket={quote(str(setting.socket))}"
        with _enclosed(setting, folder, root) as process:
            daemon = Daemon(uri, folder, log, kind == "system", process)
            daemon.start()
            with alone("capabilities"):
                # probes QEMU, or reads what another daemon has found out and written down
                daemon.virsh("capabilities")
            yield daemon
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _enclosed(
    setting: scene.Scene, folder: Path, root: Path | None
) -> Iterator[subprocess.Popen[str]]:
    """The enclosure's process; when the block is left, nothing that it started is left."""
    plan = {
        "binds": [(str(source), target) for source, target in setting.binds],
        "root": str(root) if root else None,
        "argv": setting.argv,
        "folder": str(folder),
    }
    with (
        (folder / "stderr").open("w") as stderr,
        subprocess.Popen(
            [*setting.unshare, sys.executable, "-I", enclosure.__file__, json.dumps(plan)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env={**os.environ, "LC_ALL": "C.UTF-8", **setting.environment},
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()
