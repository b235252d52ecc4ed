"""The lab's folder outside the repository: what takes long to make is made once, by one process."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def cache() -> Path:
    """The folder itself; safe to remove at any time no lab runs."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "kvmtui-lab"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def alone(what: str) -> Iterator[None]:
    """Lets one process after another, of any test run of this user, into the block."""
    with (cache() / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def made(name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name`; if it is not there, `make` fills an empty one, which then gets the name.

    Whoever asks meanwhile waits. Of a making that failed nothing is left.
    """
    folder = cache() / name
    if folder.exists():
        return folder
    with alone(name):
        if not folder.exists():
            building = cache() / f"building-{name}"
            shutil.rmtree(building, ignore_errors=True)  # of a run that was killed
            building.mkdir()
            try:
                make(building)
                building.rename(folder)
            finally:
                shutil.rmtree(building, ignore_errors=True)
    return folder
