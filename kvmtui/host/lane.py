"""A thread of its own for blocking calls, which nobody has to wait for when quitting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Lock, Thread
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
        self._unfinished = 0
        self._counting = Lock()
        self._thread = Thread(target=self._work, name=f"lane {name}", daemon=True)
        self._thread.start()

    @property
    def idle(self) -> bool:
        """Whether nothing is being done or queued; true before an answer is seen by who awaits."""
        return not self._unfinished

    def submit(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queues a call. A future cancelled before its turn is skipped."""
        future: Future[T] = Future()
        self._count(1)
        self._calls.put((future, lambda: call(*args, **kwargs)))
        return future

    def _count(self, more: int) -> None:
        with self._counting:
            self._unfinished += more

    async def call(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Awaits a call; raises what it raises."""
        return await asyncio.wrap_future(self.submit(call, *args, **kwargs))

    def close(self) -> None:
        """Lets the thread end once it has done what is queued; does not wait for it."""
        self._calls.put(None)

    def _work(self) -> None:
        while (item := self._calls.get()) is not None:
            future, call = item
            wanted = future.set_running_or_notify_cancel()
            try:
                result, error = call() if wanted else None, None
            except BaseException as raised:  # whatever it is belongs to the one who awaits it
                result, error = None, raised
            self._count(-1)
            if error is not None:
                future.set_exception(error)
            elif wanted:
                future.set_result(result)
