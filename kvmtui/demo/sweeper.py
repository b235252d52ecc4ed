"""Starts the janitor and tells it when the demo is over."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from kvmtui.demo import janitor


class Sweeper:
    """The janitor of one root folder, seen from the demo's process."""

    def __init__(self, root: Path, parent: int) -> None:
        """Start the janitor; ``parent`` is the process whose end it waits for.

        Raises:
            OSError: no process can be started.
        """
        (root / janitor.MARK).touch()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", janitor.__file__, str(root), str(parent)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={},
            start_new_session=True,
        )
        self._reaper = threading.Thread(target=self._process.wait, name="demo end", daemon=True)

    def release(self, wait: float) -> bool:
        """Let the janitor clean up; return whether it was done within ``wait`` seconds."""
        assert self._process.stdin is not None
        if not self._process.stdin.closed:
            self._process.stdin.close()
            self._reaper.start()
        self._reaper.join(wait)
        return not self._reaper.is_alive()
