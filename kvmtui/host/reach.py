"""File servers that do not answer: whoever touches a file of one waits for ever.

Only one thread does so for each of them, and everybody else is told.
"""

from __future__ import annotations

import errno
import os
import time
from contextlib import suppress
from threading import Event, Lock, Thread

from kvmtui.host import mounts

PATIENCE = 2.0
"""Seconds that a file server may take to answer."""

FRESH = 3.0
"""Seconds for which one that has answered is not asked again, nor the table of mounts read."""

NO_ANSWER = "its file server does not answer"

LINKS = 40
"""Symbolic links in a path that the kernel follows."""


class _Server:
    """One mount."""

    def __init__(self) -> None:
        self.answered = float("-inf")
        """When it did last, by the monotonic clock."""
        self.asked: Event | None = None
        """Set when the answer comes that is waited for; None while none is."""
        self.lock = Lock()


_servers: dict[str, _Server] = {}
_mounts: tuple[float, tuple[str, ...]] = (float("-inf"), ())
"""When the mounts were read, and where file systems of other machines are."""


def reach(path: str) -> None:
    """Raises ``TimeoutError`` where the file lies with a server that does not answer."""
    for point in _on_the_way(path):
        if not _answers(point):
            raise OSError(errno.ETIMEDOUT, NO_ANSWER, path)


def _on_the_way(path: str) -> list[str]:
    """The mounts of other machines that the path leads through, also by symbolic links."""
    remote = _remote()
    if not remote:
        return []
    found, here, rest = list[str](), "/", path.split("/")
    for _ in range(LINKS):
        link = ""
        while rest and not link:
            name, rest = rest[0], rest[1:]
            here = os.path.normpath(os.path.join(here, name))
            if here in remote:
                found.append(here)
            if not any(_is_below(here, point) for point in found):
                with suppress(OSError):
                    link = os.readlink(here)
        if not link:
            break
        here, rest = os.path.dirname(here), [*link.split("/"), *rest]
        if link.startswith("/"):
            here = "/"
    return found


def _is_below(path: str, point: str) -> bool:
    return path == point or path.startswith(f"{point}/")


def _remote() -> tuple[str, ...]:
    global _mounts
    now = time.monotonic()
    if now - _mounts[0] > FRESH:
        _mounts = (now, mounts.remote())
    return _mounts[1]


def _answers(point: str) -> bool:
    server = _servers.setdefault(point, _Server())
    with server.lock:
        if time.monotonic() - server.answered < FRESH:
            return True
        waited_for = server.asked is not None
        if server.asked is None:
            server.asked = Event()
            Thread(target=_ask, args=(point, server), name=f"reach {point}", daemon=True).start()
        asked = server.asked
    return asked.wait(0 if waited_for else PATIENCE)


def _ask(point: str, server: _Server) -> None:
    with suppress(OSError):
        os.statvfs(point)  # unlike what a file is, that is never answered from memory
    with server.lock:
        asked, server.asked, server.answered = server.asked, None, time.monotonic()
    if asked is not None:
        asked.set()
