"""The private world a lab daemon lives in: whatever is started here ends when stdin closes.

Run as a script (standard library only, so that any Python 3.11+ will do):

    enclosure.py '{"binds": [["/tmp/x/etc", "/etc/libvirt"]], "root": null,
                   "argv": ["/usr/sbin/libvirtd"], "folder": "/tmp/x"}'

The caller has already given it a mount namespace (`unshare --mount`) when there are binds.
It reads commands, one a line: `start` starts argv when it is not running and answers its pid.
At end of file it ends every descendant, first argv by SIGTERM and then the rest by SIGKILL,
and removes the folder.

It is the subreaper of all it starts: libvirt notices the end of a QEMU only when somebody reaps
it, and daemonised processes are still found when it is time to clean up.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

PR_SET_CHILD_SUBREAPER = 36
GRACE = 3.0
"""Seconds libvirtd gets to write its state and go."""


def mount(*argv: str) -> None:
    subprocess.run(["mount", *argv], check=True, stdin=subprocess.DEVNULL)


def bind(binds: Sequence[tuple[str, str]], root: str | None) -> None:
    """Covers each target (inside `root`, if any) with its source; missing folders are made."""
    if root is not None:
        for kernel_tree in ("proc", "sys", "dev"):
            mount("--rbind", f"/{kernel_tree}", f"{root}/{kernel_tree}")
    for source, target in binds:
        covered = (root or "") + target
        if os.path.isdir(source):
            os.makedirs(covered, exist_ok=True)
        mount("--bind", source, covered)


def reap(_signal: int = 0, _frame: FrameType | None = None) -> None:
    """Every child that has ended; of those that a signal ended it is told which."""
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            if os.WIFSIGNALED(status):
                os.write(2, f"{pid} was ended by signal {os.WTERMSIG(status)}\n".encode())


def children() -> list[int]:
    """Pids whose parent is this process, zombies left out."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = stat.read_text(errors="replace").rpartition(")")[2].split()[:2]
            if int(parent) == os.getpid() and state != "Z":
                found.append(int(stat.parent.name))
    return found


def spawn(argv: list[str]) -> int:
    """Starts a program away from our stdin and stdout, which are for commands and answers."""
    files: list[tuple[Any, ...]] = [
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDWR, 0),
        (os.POSIX_SPAWN_DUP2, 2, 1),
    ]
    return os.posix_spawn(argv[0], argv, os.environ, file_actions=files)


def send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def end(daemon: int | None) -> None:
    """Ends the daemon, then every child until none is left: orphans become children of ours."""
    if daemon in children():
        send(daemon, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        while daemon in children() and time.monotonic() < deadline:
            time.sleep(0.02)
    while pids := children():
        for pid in pids:
            send(pid, signal.SIGKILL)
        time.sleep(0.02)


def main() -> None:
    plan = json.loads(sys.argv[1])
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    bind(plan["binds"], plan["root"])
    if plan["root"] is not None:
        os.chroot(plan["root"])
        os.chdir("/")
    signal.signal(signal.SIGCHLD, reap)
    daemon: int | None = None
    try:
        for line in sys.stdin:
            if line.strip() == "start":
                if daemon not in children():
                    daemon = spawn(plan["argv"])
                print(daemon, flush=True)
    finally:
        end(daemon)
        shutil.rmtree(plan["folder"], ignore_errors=True)


if __name__ == "__main__":
    main()
