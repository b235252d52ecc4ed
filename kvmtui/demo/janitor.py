"""Waits for the demo's process to end, however it ends, and removes everything it made.

A child process of its own session, started by path and using the standard library only:
``python janitor.py ROOT``. The demo holds the other end of its standard input; when that closes,
the QEMU processes that work on files below ROOT are killed, and ROOT is removed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

MARK = "kvmtui-demo"
"""A file in the root folder, without which nothing is removed."""

PATIENCE = 30.0
"""Seconds after which the janitor gives up."""

LINGER = 1.5
"""Seconds for which a parent that lives on might still be starting something."""

QUIET = 3
"""Sweeps in a row that must find nothing."""

PAUSE = 0.1
"""Seconds between sweeps."""


def belongs(cmdline: bytes, root: Path) -> bool:
    """Whether a command line (as in /proc) is a QEMU program working below the root folder."""
    program, *arguments = cmdline.split(b"\0")
    below = os.fsencode(root) + b"/"
    return os.path.basename(program).startswith(b"qemu") and any(
        below in argument for argument in arguments
    )


def kill_processes(root: Path) -> int:
    """Kill the QEMU processes that belong to the root folder; return how many there were."""
    return sum(_kill(int(entry.name), root) for entry in _processes())


def sweep(root: Path) -> bool:
    """Kill and remove once; return whether there was nothing left to do."""
    killed = kill_processes(root)
    shutil.rmtree(root, ignore_errors=True)
    return not killed and not root.exists()


def clean(root: Path, parent: int) -> None:
    """Sweep until nothing is left and nobody can be making more."""
    started = time.monotonic()
    quiet = 0
    while (elapsed := time.monotonic() - started) < PATIENCE:
        quiet = quiet + 1 if sweep(root) else 0
        if quiet >= QUIET and (os.getppid() != parent or elapsed > LINGER):
            return
        time.sleep(PAUSE)


def main() -> None:
    """Stay until the parent closes the pipe, then clean up after it."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    root, parent = Path(sys.argv[1]), int(sys.argv[2])
    if not (root / MARK).is_file():
        sys.exit(f"{root} is not a demo of kvmtui")
    while os.read(sys.stdin.fileno(), 1):
        pass
    clean(root, parent)


def _processes() -> Iterator[Path]:
    return (entry for entry in Path("/proc").iterdir() if entry.name.isdecimal())


def _kill(pid: int, root: Path) -> bool:
    """Kill one process if it belongs here; its number cannot be reused between look and kill."""
    with contextlib.suppress(OSError):
        handle = os.pidfd_open(pid)
        try:
            if belongs(Path(f"/proc/{pid}/cmdline").read_bytes(), root):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                return True
        finally:
            os.close(handle)
    return False


if __name__ == "__main__":
    main()
