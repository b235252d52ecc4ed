"""The record of what was done: in memory for the screen, as JSON lines on disk."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections import deque
from pathlib import Path

from kvmtui.host.reach import reach
from kvmtui.model.value import Value, asdict

KEPT = 500
"""Entries that the screen can show."""

OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""What group and others may do with a file."""


class Entry(Value):
    """One step and what came of it."""

    time: float
    """Seconds since 1970, when the step ended."""
    host: str
    domain: str
    says: str
    virsh: str
    result: str
    """``done``, or libvirt's words."""
    seconds: float
    ok: bool


def state_dir() -> Path:
    """Where the user's programs keep their state (XDG base directories)."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(base) / "kvmtui"


class Journal:
    """Appends entries to ``journal.jsonl``, readable by its owner alone."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "journal.jsonl"
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self.trouble = ""
        """Why entries are not on disk; empty while they are."""
        self._torn = False
        """The last line on disk has no end."""

    def write(self, entry: Entry) -> None:
        """Never raises: an unwritable journal must not stop a step half way."""
        self.entries.append(entry)
        line = json.dumps(asdict(entry), ensure_ascii=False) + "\n"
        try:
            reach(str(self.path.parent))  # the screen waits for this, but not for ever
            _make(self.path.parent)
            file = _opened(self.path)
            try:
                self._append(file, line.encode(errors="backslashreplace"))
            finally:
                os.close(file)
            self.trouble = ""
        except OSError as error:
            self.trouble = f"journal not written: {error}"

    def _append(self, file: int, line: bytes) -> None:
        """In one piece, as others may write to it too; what was torn off gets a line of its own."""
        line = b"\n" + line if self._torn else line
        written = os.write(file, line)
        self._torn = written < len(line)
        if self._torn:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))


def _make(folder: Path) -> None:
    """Makes the folder, and those that it lies in, for the user alone."""
    for each in (*reversed(folder.parents), folder):
        if not each.exists():
            each.mkdir(mode=0o700)
    status = folder.stat()
    if stat.S_IMODE(status.st_mode) & OTHERS and status.st_uid == os.geteuid():
        folder.chmod(0o700)


def _opened(path: Path) -> int:
    """A descriptor to append by what only the user may read.

    A link or a pipe could lead anywhere, or nowhere; only root writes to files of others.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    file = os.open(path, flags, 0o600)
    status, user = os.fstat(file), os.geteuid()
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1 or user not in (0, status.st_uid):
        os.close(file)
        raise PermissionError(errno.EPERM, "it is no file of one's own", str(path))
    if stat.S_IMODE(status.st_mode) & OTHERS and user == status.st_uid:
        os.fchmod(file, 0o600)
    return file
