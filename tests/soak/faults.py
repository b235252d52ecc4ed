"""What breaks around kvmtui, or breaks it, for some seconds; afterwards everything is whole."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random
from threading import Thread
from typing import Any

import libvirt

from tests.lab.domain import LabDomain
from tests.lab.shell import ShellFailed
from tests.soak.hand import COLUMNS, ROWS
from tests.soak.stage import Stage

Fault = Callable[[Stage, LabDomain, Random], None]
"""Breaks something, waits, and mends it; in a thread of its own."""

DISK_ONLY, ATOMIC = 16, 128
"""VIR_DOMAIN_SNAPSHOT_CREATE_…"""


def _a_while(random: Random) -> None:
    time.sleep(random.uniform(0.5, 6.0))


def daemon_killed(stage: Stage, _domain: LabDomain, random: Random) -> None:
    """libvirtd dies, and is started again after some seconds."""
    stage.daemon.kill()
    _a_while(random)
    stage.daemon.start()


def daemon_hangs(stage: Stage, _domain: LabDomain, random: Random) -> None:
    """libvirtd is stopped for some seconds; sometimes longer than keepalive waits."""
    with stage.daemon.wedged():
        _a_while(random)
        if random.random() < 0.15:
            time.sleep(20)


def qemu_hangs(stage: Stage, domain: LabDomain, random: Random) -> None:
    """The domain's QEMU is stopped for some seconds."""
    pid = stage.qemu(domain)
    if not pid:
        return
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
        _a_while(random)
        os.kill(pid, signal.SIGCONT)


def qemu_killed(stage: Stage, domain: LabDomain, _random: Random) -> None:
    """The domain's QEMU dies."""
    pid = stage.qemu(domain)
    if pid:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def disk_full(stage: Stage, _domain: LabDomain, random: Random) -> None:
    """The file system of the images is full, but for some KiB."""
    filler = stage.disks / "filler"
    room = os.statvfs(stage.disks)
    left = random.choice((0, 64, 512)) * 1024
    with filler.open("wb") as file, suppress(OSError):  # somebody writes meanwhile
        os.posix_fallocate(file.fileno(), 0, max(room.f_bavail * room.f_frsize - left, 1))
    _a_while(random)
    filler.unlink()


def somebody_else(stage: Stage, domain: LabDomain, random: Random) -> None:
    """Another administrator takes snapshots of the same domain, and turns it on and off."""
    connection: Any = libvirt.open(stage.daemon.remote)
    try:
        handle = connection.lookupByName(domain.name)
        for _ in range(random.randrange(1, 4)):
            verb = random.choice(("snapshot", "snapshot", "start", "destroy", "suspend", "resume"))
            with suppress(libvirt.libvirtError):
                if verb == "snapshot":
                    name = f"foreign{time.time_ns()}"
                    text = f"<domainsnapshot><name>{name}</name></domainsnapshot>"
                    handle.snapshotCreateXML(text, DISK_ONLY | ATOMIC)
                else:
                    getattr(handle, "create" if verb == "start" else verb)()
            time.sleep(random.uniform(0, 0.5))
    finally:
        connection.close()


def somebody_reverts(stage: Stage, domain: LabDomain, random: Random) -> None:
    """Another administrator saves the state inside the images, goes back to it, and deletes it."""
    connection: Any = libvirt.open(stage.daemon.remote)
    try:
        handle = connection.lookupByName(domain.name)
        with suppress(libvirt.libvirtError):
            name = f"inside{time.time_ns()}"
            text = f"<domainsnapshot><name>{name}</name></domainsnapshot>"
            made = handle.snapshotCreateXML(text)
            time.sleep(random.uniform(0, 1.5))
            handle.revertToSnapshot(made)
            time.sleep(random.uniform(0, 0.5))
            if random.random() < 0.5:
                made.delete()
    finally:
        connection.close()


def agent_silent(stage: Stage, _domain: LabDomain, random: Random) -> None:
    """The guest agent is stopped for some seconds; what it was asked meanwhile it does then."""
    with suppress(OSError, ShellFailed, TimeoutError):
        stage.guest.stop_agent()
        _a_while(random)
        stage.guest.continue_agent()


def agent_killed(stage: Stage, _domain: LabDomain, random: Random) -> None:
    """The guest agent dies, and is started again."""
    with suppress(OSError, ShellFailed, TimeoutError):
        stage.guest.run(
            "pid=$(cat /run/qemu-ga.pid) && tr '\\0' ' ' < /proc/$pid/cmdline > /run/agent &&"
            "kill -9 $pid"
        )
        _a_while(random)
        stage.guest.run("rm -f /run/qemu-ga.pid; sh /run/agent")


def kvmtui_killed(stage: Stage, _domain: LabDomain, _random: Random) -> None:
    """SIGKILL."""
    stage.life.terminal.process.kill()


def kvmtui_ended(stage: Stage, _domain: LabDomain, _random: Random) -> None:
    """SIGTERM, as when the machine goes down."""
    stage.life.terminal.process.terminate()


def terminal_closed(stage: Stage, _domain: LabDomain, _random: Random) -> None:
    """The line to the terminal breaks."""
    stage.life.terminal.close()


def pasted(stage: Stage, _domain: LabDomain, random: Random) -> None:
    """Something large falls out of the clipboard: all that keys are, and bytes that are none."""
    data = bytes(random.choice(b"sdrcoxpmPab\r\t jk\x01\x9b\xff") for _ in range(20_000))
    with suppress(OSError):
        stage.life.terminal.paste(data)


def terminal_resized(stage: Stage, _domain: LabDomain, random: Random) -> None:
    """Somebody pulls at the window."""
    terminal = stage.life.terminal
    with suppress(OSError):
        for _ in range(20):
            terminal.resize(random.choice((1, 20, 79, 80, 250)), random.choice((1, 5, 24, 90)))
            time.sleep(random.uniform(0, 0.05))
        terminal.resize(COLUMNS, ROWS)


FAULTS: dict[str, tuple[Fault, int]] = {
    "daemon killed": (daemon_killed, 3),
    "daemon hangs": (daemon_hangs, 3),
    "QEMU hangs": (qemu_hangs, 3),
    "QEMU killed": (qemu_killed, 3),
    "disk full": (disk_full, 3),
    "somebody else": (somebody_else, 4),
    "somebody reverts": (somebody_reverts, 1),
    "pasted": (pasted, 2),
    "agent silent": (agent_silent, 2),
    "agent killed": (agent_killed, 2),
    "terminal resized": (terminal_resized, 2),
    "kvmtui killed": (kvmtui_killed, 1),
    "kvmtui ended": (kvmtui_ended, 1),
    "terminal closed": (terminal_closed, 1),
}
"""And how often each comes."""

FORFEITS = ("somebody reverts",)
"""libvirt's own revert spoils what stands on the image: all that is left to be asked is that
nothing wrong is offered."""

FOREIGN = ("somebody else", "somebody reverts")
"""Calls that kvmtui has no hand in: libvirt's own traps are open to them."""

ENDING = ("kvmtui killed", "kvmtui ended", "terminal closed")
"""After these kvmtui is started anew."""


class Struck:
    """A fault that begins some time after ``strike``, or at once."""

    def __init__(self, name: str, stage: Stage, domain: LabDomain, random: Random) -> None:
        self.name = name
        self._delay = random.uniform(0, 1.5) if random.random() < 0.7 else 0.0
        self._thread = Thread(target=self._run, args=(stage, domain, random), daemon=True)
        self.error: BaseException | None = None

    def _run(self, stage: Stage, domain: LabDomain, random: Random) -> None:
        time.sleep(self._delay)
        try:
            FAULTS[self.name][0](stage, domain, random)
        except BaseException as error:
            self.error = error

    def strike(self) -> None:
        """Begins, once."""
        if self._thread.ident is None:
            self._thread.start()

    def mended(self) -> None:
        """Waits until everything is whole again. Raises what went wrong with the fault itself."""
        self.strike()
        self._thread.join()
        if self.error is not None:
            raise self.error


def chosen(random: Random, *, agent: bool, ending: bool) -> str:
    """One of them, by their weights; those of the agent only where there is one.

    ``ending``: also those that kvmtui ends by.
    """
    able = {
        name: odds
        for name, (_, odds) in FAULTS.items()
        if (agent or "agent" not in name) and (ending or name not in ENDING)
    }
    return random.choices(list(able), list(able.values()))[0]
