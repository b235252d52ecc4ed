"""The record of what was done: in memory for the screen, as JSON lines on disk."""

from __future__ import annotations

import errno
import json
import os
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path

KEPT = 500
"""Entries that the screen can show."""


@dataclass(frozen=True, slots=True)
class Entry:
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
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
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
