"""Whose records of snapshots were written, seen without asking the daemon: by their folders."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import Any

from kvmtui.host.virt import keeping


class Touched:
    """libvirt has a folder of records for each domain, and replaces a file to change it."""

    def __init__(self, handle: Any) -> None:
        self.handle = handle
        self._times: Mapping[str, int] = {}

    def names(self, recorded: Collection[str]) -> frozenset[str] | None:
        """The domains whose folders have changed since this was asked last.

        None where that cannot be told: nobody may look, or the folders are another daemon's, as
        they lack one of a domain that is known to have records.
        """
        before, self._times = self._times, _times(keeping.folder(self.handle))
        if not recorded or not self._times.keys() >= set(recorded):
            return None
        changed = before.items() ^ self._times.items() if before else ()
        return frozenset(name for name, _time in changed)


def _times(folder: str) -> Mapping[str, int]:
    """When each was changed last, in nanoseconds; nothing where nobody can look."""
    try:
        return {entry.name: entry.stat().st_mtime_ns for entry in os.scandir(folder)}
    except OSError:
        return {}
