"""The record of what was done: in memory for the screen, as JSON lines on disk."""

from __future__ import annotations

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

    def write(self, entry: Entry) -> None:
        """Never raises: an unwritable journal must not stop a step half way."""
        self.entries.append(entry)
        line = json.dumps(asdict(entry), ensure_ascii=False)
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with open(file, "a", encoding="utf-8", errors="backslashreplace") as journal:
                journal.write(line + "\n")
            self.trouble = ""
        except OSError as error:
            self.trouble = f"journal not written: {error}"
