"""A thread of its own for blocking calls, which nobody has to wait for when quitting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Lane:
    """Runs calls one after another on one daemon thread.

    A libvirt connection belongs to one lane: clients before 10.0 lose wake-ups when threads
    share one. Executors and ``to_thread`` would hold up quitting while a daemon hangs.
    """

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name=f"lane {name}", daemon=True)
        self._thread.start()

    def submit(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queues a call. A future cancelled before its turn is skipped."""
        future: Future[T] = Future()
        self._calls.put((future, lambda: call(*args, **kwargs)))
        return future

    async def call(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Awaits a call; raises what it raises."""
        return await asyncio.wrap_future(self.submit(call, *args, **kwargs))

    def close(self) -> None:
        """Lets the thread end once it has done what is queued; does not wait for it."""
        self._calls.put(None)

    def _work(self) -> None:
        while (item := self._calls.get()) is not None:
            future, call = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(call())
            except BaseException as error:  # whatever it is belongs to the one who awaits it
                future.set_exception(error)
