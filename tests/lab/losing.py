"""Has a daemon die just as a block job begins: QEMU goes on with it, libvirt has half forgotten it.

libvirt writes a job down as `new`, tells QEMU, and writes it down as running with its `<mirror>`.
So QEMU is let go on for a blink at a time until the job is `new`, and is not heard any more then.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread

import libvirt
from lxml import etree

from tests.lab.domain import LabDomain

TRIES = 20
"""A busy machine may let QEMU go on for longer than a blink."""

SOON = 10.0
"""Seconds until a job that is begun is written down, or has done all its work."""

BLINK = 0.002
"""Seconds in which libvirt hears what QEMU has said, and asks the next."""

TOLD = 0.1
"""Seconds that it takes to tell QEMU, and that QEMU takes to begin."""


def lose(domain: LabDomain, begin: Callable[[], object]) -> None:
    """Calls `begin`, which begins a job of vda, until the daemon has died in that very moment."""
    for _ in range(TRIES):
        beginning = Thread(target=_quietly, args=(begin,))
        beginning.start()
        struck = strike(domain, lambda thread=beginning: not thread.is_alive())  # type: ignore[misc]
        beginning.join()
        if struck and is_lost(domain):
            return
        end(domain)
    raise AssertionError(f"the moment was missed {TRIES} times")


def forget(domain: LabDomain) -> None:
    """Has the daemon die amid a job, with what it has written down as it was when that began.

    For a copy, which libvirt writes down as new long before it tells QEMU to begin.
    """
    assert domain.handle.blockJobInfo("vda", 0)
    domain.daemon.kill()
    status = etree.parse(_status(domain))
    for disk in status.findall("domain/devices/disk"):
        for mirror in disk.findall("mirror"):
            disk.remove(mirror)
    for job in status.findall("blockjobs/blockjob"):
        job.set("state", "new")
    status.write(_status(domain))
    domain.daemon.start()
    assert is_lost(domain)


def _quietly(begin: Callable[[], object]) -> None:
    with suppress(libvirt.libvirtError):
        begin()


def strike(domain: LabDomain, late: Callable[[], bool]) -> bool:
    """Kills the daemon when it has told QEMU to begin a job, and starts another.

    Gives whether it did: not when nothing begins soon, or once it is too `late`.
    """
    daemon, status = domain.daemon, _status(domain)
    qemu = int(status.with_suffix(".pid").read_text())
    deadline = time.monotonic() + SOON
    os.kill(qemu, signal.SIGSTOP)
    try:
        while not _is_new(status):
            if late() or time.monotonic() > deadline:
                return False
            os.kill(qemu, signal.SIGCONT)
            os.kill(qemu, signal.SIGSTOP)
            time.sleep(BLINK)
        time.sleep(TOLD)
        os.kill(daemon.pid, signal.SIGSTOP)
    finally:
        os.kill(qemu, signal.SIGCONT)
    time.sleep(TOLD)
    daemon.kill()
    daemon.start()
    return True


def _status(domain: LabDomain) -> Path:
    """Where libvirt writes down what the next daemon must know of a running domain."""
    return domain.daemon.folder / "run" / "qemu" / f"{domain.name}.xml"


def _is_new(status: Path) -> bool:
    """Whether libvirt has written a job down that it has not heard of yet."""
    with suppress(FileNotFoundError):  # it is written anew
        return b"state='new'" in status.read_bytes()
    return False


def is_lost(domain: LabDomain) -> bool:
    """Whether libvirt counts a job of vda and does not know where it leads."""
    return bool(domain.handle.blockJobInfo("vda", 0)) and "<mirror" not in domain.handle.XMLDesc(0)


def end(domain: LabDomain) -> None:
    """Cancels a job that libvirt knows all of, if there is one."""
    if domain.handle.blockJobInfo("vda", 0):
        domain.handle.blockJobAbort("vda", 0)


def finish(domain: LabDomain) -> None:
    """Lets the job do all its work, and waits for that."""
    domain.handle.blockJobSetSpeed("vda", 0, 0)
    deadline = time.monotonic() + SOON
    info = domain.handle.blockJobInfo("vda", 0)
    while info["cur"] != info["end"]:
        assert time.monotonic() < deadline, info
        time.sleep(0.05)
        info = domain.handle.blockJobInfo("vda", 0)
