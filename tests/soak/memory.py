"""The memory of one kvmtui: it fills its caches, and then it stays as it is."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

SETTLED = 80
"""Deeds after which the caches are full: kvmtui has drawn then what it ever draws."""

DRIFT = 1.08
"""What is kept in the end, as a multiple of what was kept once the caches were full."""

MOST = 160 * 2**20
"""Bytes that it never needs for a few domains."""


@dataclass
class Memory:
    """Resident bytes after each deed."""

    samples: list[int] = field(default_factory=list)

    def measure(self, pid: int) -> None:
        """Looks at a process, unless it is gone."""
        with suppress(OSError, ValueError, IndexError):
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            self.samples.append(pages * os.sysconf("SC_PAGE_SIZE"))

    @property
    def _rest(self) -> list[int]:
        return self.samples[SETTLED:]

    @property
    def wrong(self) -> str:
        """What there is to be said against it; a short life only may not need too much."""
        if max(self.samples, default=0) > MOST:
            return f"kvmtui needs {_mib(max(self.samples))}: {self}"
        half = len(self._rest) // 2
        if half < SETTLED // 4:
            return ""
        if median(self._rest[half:]) > DRIFT * median(self._rest[:half]):
            return f"the memory of kvmtui grows: {self}"
        return ""

    def __str__(self) -> str:
        if not self.samples:
            return "not measured"
        last = len(self.samples) - 1
        at = sorted({0, *(SETTLED * n for n in range(1, 4) if SETTLED * n < last), last // 2, last})
        return ", ".join(f"{_mib(self.samples[n])} after {n}" for n in at)


def _mib(size: int) -> str:
    return f"{size / 2**20:.1f} MiB"
