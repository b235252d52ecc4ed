"""Stands between a client and a daemon's socket: counts the calls, and can make the way long.

``python -m tests.bench.proxy LISTENS LEADS_TO MILLISECONDS``; each line on its input is answered by
a line with what went through until then, and the end of its input is its end. A process of its own,
so that neither the reader of a terminal nor the proxy waits for the other.
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.frames import Frames

PIECE = 2**18

Seen = tuple[float, int, int, int]
"""When, by the clock of all processes; program, procedure, kind."""


@dataclass
class Way:
    """One direction of a connection. Bytes are late, but do not wait for each other."""

    source: socket.socket
    target: socket.socket
    delay: float
    seen: list[Seen]
    frames: Frames = field(default_factory=Frames)
    late: deque[tuple[float, bytes]] = field(default_factory=deque)

    def take(self) -> bool:
        """Reads what is there; False at the end of the stream."""
        try:
            data = self.source.recv(PIECE)
        except OSError:
            data = b""
        now = time.perf_counter()
        if data and self.delay:
            self.late.append((now + self.delay, data))
        elif data:
            self.target.sendall(data)
        self.seen += [(now, *frame) for frame in self.frames.feed(data)]
        return bool(data)

    def give(self, now: float) -> None:
        """Hands over what has been on the way for long enough."""
        while self.late and self.late[0][0] <= now:
            self.target.sendall(self.late.popleft()[1])


class Proxy:
    """All connections to one daemon."""

    def __init__(self, listens: Path, leads_to: Path, trip: float) -> None:
        self._leads_to = str(leads_to)
        self._delay = trip / 2
        self._seen: list[Seen] = []
        self._ways: dict[int, Way] = {}
        self._poll = select.epoll()
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(listens))
        listens.chmod(0o666)
        self._server.listen(64)
        for descriptor in (self._server.fileno(), sys.stdin.fileno()):
            self._poll.register(descriptor, select.EPOLLIN)

    def run(self) -> None:
        """Until its input ends."""
        print("listens", flush=True)
        while True:
            for descriptor, _ in self._poll.poll(self._wait()):
                if descriptor == self._server.fileno():
                    self._accept()
                elif descriptor == sys.stdin.fileno():
                    if not sys.stdin.readline():
                        return
                    print(json.dumps(self._seen), flush=True)
                else:
                    self._move(descriptor)
            if self._delay:
                now = time.perf_counter()
                for way in self._ways.values():
                    with suppress(OSError):
                        way.give(now)

    def _wait(self) -> float:
        due = min((way.late[0][0] for way in self._ways.values() if way.late), default=None)
        return -1 if due is None else max(due - time.perf_counter(), 0)

    def _accept(self) -> None:
        client, _ = self._server.accept()
        daemon = socket.socket(socket.AF_UNIX)
        daemon.connect(self._leads_to)
        for source, target in ((client, daemon), (daemon, client)):
            self._ways[source.fileno()] = Way(source, target, self._delay, self._seen)
            self._poll.register(source.fileno(), select.EPOLLIN)

    def _move(self, descriptor: int) -> None:
        way = self._ways.get(descriptor)
        if way is None:
            return  # closed with its other direction just now
        with suppress(OSError):
            if way.take():
                return
        for end in (way.source, way.target):
            self._poll.unregister(end.fileno())
            del self._ways[end.fileno()]
            end.close()


if __name__ == "__main__":
    Proxy(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]) / 1000).run()
