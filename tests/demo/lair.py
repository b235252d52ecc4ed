"""Starts demo children and looks from outside at what they leave behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from kvmtui.demo.janitor import belongs

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 20.0
"""Seconds."""


class Child:
    """A process with one demo in it."""

    def __init__(
        self,
        driver: str,
        *,
        python: tuple[str, ...] = (sys.executable,),
        env: dict[str, str] | None = None,
    ) -> None:
        """Start it, perhaps with another Python, and wait until its host is open."""
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `forget`
        self.process = subprocess.Popen(
            [*python, "-m", "tests.demo.child", driver],
            cwd=REPOSITORY,
            env={**os.environ, **(env or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            start_new_session=True,
        )
        try:
            self.hello = self._read()
        except BaseException:
            self.forget()
            raise
        self.root = Path(self.hello["root"])

    def ask(self, command: str, *arguments: object) -> Any:
        """Have a command of `tests.demo.commands` done and return its answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([command, *arguments]).encode() + b"\n")
        self.process.stdin.flush()
        return self._read()

    def end(self) -> int:
        """Let it come to its end, and return its exit status."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        status = self.process.wait(PATIENCE)
        self.process.stdout.close()
        return status

    def stderr(self) -> str:
        """What it and its children wrote on the screen so far."""
        self._stderr.seek(0)
        return self._stderr.read().decode()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and its process group, as a closing terminal does."""
        os.killpg(self.process.pid, number)

    def forget(self) -> None:
        """Kill it if it still lives, and close everything."""
        self.process.kill()
        self.end()
        self._stderr.close()

    def _read(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.stderr()
        return json.loads(line)


def remains(root: Path) -> list[str]:
    """The files and processes that a demo has left."""
    left = [str(root)] if root.exists() else []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                cmdline = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if belongs(cmdline, root):
                left.append(cmdline.decode())
    return left


def vanishes(root: Path) -> bool:
    """Wait until nothing is left of a demo; False if it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while remains(root):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
