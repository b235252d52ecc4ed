"""A proxy in front of a daemon, for the length of a block, and what went through it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.bench import daemon as daemons
from tests.bench.frames import CALL, Frame
from tests.bench.program import ROOT, surroundings


class Seen(NamedTuple):
    """A frame that went through, and when."""

    at: float
    frame: Frame


@dataclass(frozen=True)
class Relay:
    """Leads to a daemon."""

    uri: str
    _process: subprocess.Popen[str]

    def seen(self) -> list[Seen]:
        """Everything that went through until now."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        print(file=stdin, flush=True)
        return [Seen(at, Frame(*rest)) for at, *rest in json.loads(stdout.readline())]


@contextmanager
def relayed(daemon: daemons.Daemon, trip: float = 0.0) -> Iterator[Relay]:
    """A way to the daemon on which calls are counted, and take `trip` milliseconds longer."""
    with tempfile.TemporaryDirectory(prefix="kvmtui-bench-") as folder:
        socket = Path(folder, "socket")
        with subprocess.Popen(
            [sys.executable, "-m", "tests.bench.proxy", socket, daemon.socket, str(trip)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=surroundings(),
        ) as process:
            try:
                assert process.stdout is not None
                if process.stdout.readline() != "listens\n":
                    raise RuntimeError("the proxy does not listen")
                yield Relay(daemons.uri(socket), process)
            finally:
                process.kill()


def calls(seen: list[Seen], since: float, until: float) -> Counter[str]:
    """How often each procedure was called in a span of time."""
    return Counter(
        each.frame.name for each in seen if each.frame.kind == CALL and since <= each.at <= until
    )
