"""What is played on: a private libvirtd, its domains, a file system that can fill up, kvmtui."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree
from lxml.builder import E  # lxml-stubs leaves it out

from kvmtui.host.virt import Opener
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain, define
from tests.lab.guest import GuestDomain
from tests.lab.missing import Missing
from tests.soak.hand import COLUMNS, ROWS
from tests.soak.memory import Memory
from tests.terminal.conftest import NOISE, PROGRAM, surroundings
from tests.terminal.terminal import Terminal

ROOM = "768m"
"""Of the file system that holds all images."""

SECRET = "s0akPass"
"""Password of a display: it must appear nowhere."""


@contextmanager
def small(folder: Path) -> Iterator[Path]:
    """A file system of its own.

    Raises Missing when that may not be mounted.
    """
    if os.geteuid() != 0:
        raise Missing("only root can mount the small file system of a soak")
    folder.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "kvmtui", str(folder)], check=True
    )
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@dataclass
class Life:
    """One kvmtui from its start to its end."""

    terminal: Terminal
    memory: Memory = field(default_factory=Memory)
    _looked: int = 0

    @property
    def runs(self) -> bool:
        return self.terminal.process.poll() is None

    def measure(self) -> None:
        """At its begin, and after each deed."""
        self.memory.measure(self.terminal.process.pid)

    def noise(self) -> str:
        """What libvirt or Python wrote past the screen since the last look, or a secret there."""
        raw = self.terminal.display.raw
        fresh = bytes(raw[max(self._looked - 200, 0) :])
        self._looked = len(raw)
        found = NOISE.search(fresh)
        if SECRET.encode() in fresh:
            return "a secret is on the screen"
        return f"written past the screen: {fresh[found.start() :][:2000]!r}" if found else ""


def guard(domain: LabDomain, socket: Path) -> None:
    """Gives the domain a display with a password."""
    tree = etree.fromstring(domain.handle.XMLDesc())
    devices = tree.find("devices")
    assert devices is not None
    listen = E.listen(type="socket", socket=str(socket))
    devices.append(E.graphics(listen, type="vnc", passwd=SECRET))
    define(domain.daemon, etree.tostring(tree, encoding="unicode"))


@dataclass
class Stage:
    """Everything that faults break and the next deed finds whole again."""

    daemon: Daemon
    disks: Path
    state: Path
    domains: tuple[LabDomain, ...]
    """In the order of kvmtui's list."""
    guest: GuestDomain
    """The one of them whose agent answers."""
    lives: list[Life] = field(default_factory=list)

    @property
    def life(self) -> Life:
        return self.lives[-1]

    @property
    def opener(self) -> Opener:
        return Opener(self.daemon.remote)

    def begin(self) -> Life:
        """A new kvmtui, with its first screen."""
        self.lives.append(Life(self.kvmtui()))
        self.life.measure()
        return self.life

    def kvmtui(self) -> Terminal:
        """kvmtui in a large terminal, looking at the daemon's host."""
        argv = [str(PROGRAM), "-c", self.daemon.uri]
        terminal = Terminal(argv, surroundings(self.state), columns=COLUMNS, rows=ROWS)
        names = [domain.name for domain in self.domains]
        terminal.until(lambda text: all(name in text for name in names), 90)
        return terminal

    def qemu(self, domain: LabDomain) -> int:
        """The process of a running domain; 0 when there is none."""
        file = self.daemon.folder / "run" / "qemu" / f"{domain.name}.pid"
        try:
            return int(file.read_text())
        except (OSError, ValueError):
            return 0

    def last_words(self, domain: LabDomain) -> str:
        """The end of what the domain's QEMU has written."""
        log = self.daemon.folder / "log" / "qemu" / f"{domain.name}.log"
        return log.read_text(errors="replace")[-1500:] if log.exists() else "no log"

    def leaks(self) -> str:
        """Secrets, or files that others can read, in what kvmtui keeps."""
        for file in self.state.rglob("*"):
            if file.is_file() and SECRET in file.read_text(errors="replace"):
                return f"a secret is in {file.name}"
            if file.is_file() and file.stat().st_mode & 0o077:
                return f"others can read {file.name}"
        return ""
