"""Whose records of snapshots were written, seen without asking the daemon: by their folders."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kvmtui.host.virt import keeping


@dataclass
class Touched:
    """libvirt has a folder of records for each domain, and replaces a file to change it."""

    handle: Any
    _times: Mapping[str, int] | None = field(default=None, init=False)

    def names(self) -> frozenset[str] | None:
        """The domains whose folders have changed since this was asked last; None if unknown."""
        before, self._times = self._times, _times(keeping.folder(self.handle))
        if before is None or self._times is None:
            return None
        return frozenset(name for name, _time in before.items() ^ self._times.items())


def _times(folder: str) -> Mapping[str, int] | None:
    """When each was changed last, in nanoseconds; None where nobody can look."""
    if not folder:
        return None
    try:
        return {entry.name: entry.stat().st_mtime_ns for entry in os.scandir(folder)}
    except FileNotFoundError:
        return {}
    except OSError:
        return None
