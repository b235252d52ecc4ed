"""Plain virsh, bound to one daemon: the second opinion on everything the lab and kvmtui do."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass

from tests.lab.missing import program

MARK = "~~~"


class VirshFailed(Exception):
    """virsh ended with an error; the message is what it wrote on stderr."""


@dataclass(frozen=True)
class Virsh:
    """Calls `virsh -c uri`; `virsh("domstate", name)` gives stdout less the last newlines."""

    uri: str

    def __call__(self, *args: str, timeout: float = 60.0) -> str:
        """Runs one virsh command, for at most `timeout` seconds.

        Raises VirshFailed when libvirt refuses, subprocess.TimeoutExpired when it does not answer.
        """
        ran = self._run(*args, timeout=timeout)
        if ran.returncode != 0:
            raise VirshFailed(f"virsh {' '.join(args)}: {ran.stderr.strip() or ran.returncode}")
        return ran.stdout.rstrip("\n")

    def each(self, *commands: str) -> list[str]:
        """What each of these commands prints, in one run: to start costs virsh more than they do.

        Raises VirshFailed when libvirt refuses one of them.
        """
        ran = self._run(f"; echo {MARK}; ".join(commands), timeout=60)
        if ran.returncode != 0 or ran.stderr:
            raise VirshFailed(f"virsh {commands}: {ran.stderr.strip() or ran.returncode}")
        return [text.strip("\n") for text in ran.stdout.split(MARK)]

    def _run(self, *args: str, timeout: float) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program("virsh", "libvirt-clients"), "--quiet", "--connect", self.uri, *args],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
