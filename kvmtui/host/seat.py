"""A lane with the one libvirt connection that belongs to it, opened when first needed."""

from __future__ import annotations

import asyncio
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

    def submit(
        self, method: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """Queues a call, opening the connection first; usable without an event loop."""

        def call() -> T:
            if self._connection is None:
                self._connection = self._opener.open()
            try:
                return method(self._connection, *args, **kwargs)
            except Lost:
                self._drop()
                raise

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
