"""A lane with the one libvirt connection that belongs to it, opened when first needed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Concatenate, ParamSpec, TypeVar

from kvmtui.host.base import Lost
from kvmtui.host.lane import Lane
from kvmtui.host.virt import Connection, Opener

P = ParamSpec("P")
T = TypeVar("T")


class Seat:
    """Runs methods of ``Connection`` on its own thread: ``await seat.call(Connection.facts)``."""

    def __init__(self, name: str, opener: Opener) -> None:
        self._lane = Lane(name)
        self._opener = opener
        self._connection: Connection | None = None
        self.since: float | None = None
        """When the call began that its thread is at, in seconds since 1970; None at rest."""

    @property
    def idle(self) -> bool:
        """Whether its thread has nothing to do."""
        return self._lane.idle

    async def rest(self) -> None:
        """Waits until its thread has done what it was asked before."""
        await self._lane.call(lambda: None)

    def submit(
        self, method: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """Queues a call, opening the connection first; usable without an event loop."""

        def call() -> T:
            self.since = time.time()
            try:
                if self._connection is not None and not self._connection.lives:
                    self._drop()  # before the call, or nobody would know whether it was made
                if self._connection is None:
                    self._connection = self._opener.open()
                return method(self._connection, *args, **kwargs)
            except Lost:
                self._drop()
                raise
            finally:
                self.since = None

        return self._lane.submit(call)

    async def call(
        self, method: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Awaits a call; raises ``HostError``."""
        return await asyncio.wrap_future(self.submit(method, *args, **kwargs))

    def reset(self) -> None:
        """Has the next call open a new connection."""
        self._lane.submit(self._drop)

    def close(self) -> None:
        """Closes the connection when its thread gets to it; waits for nothing."""
        self.reset()
        self._lane.close()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
