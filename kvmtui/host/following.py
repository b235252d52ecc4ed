"""Reads what becomes stale, one domain after another; one that is late is left to itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from kvmtui.host.patience import PATIENCE
from kvmtui.host.stale import Part, Stale

Read = Callable[[str, Part], Awaitable[None]]


async def follow(stale: Stale, read: Read, *, rest: Callable[[], float] = lambda: 0.0) -> None:
    """Goes on until it is cancelled, or until a reading raises that is not late.

    ``rest``: how much longer than a reading takes the pause after it is.
    """
    late: set[asyncio.Task[None]] = set()
    try:
        while True:
            uuid, parts = await stale.take()
            began = time.monotonic()
            reading = asyncio.ensure_future(_read(stale, read, uuid, parts))
            late.add(reading)
            reading.add_done_callback(late.discard)
            await asyncio.wait({reading}, timeout=PATIENCE)
            if reading.done():
                reading.result()
            else:
                reading.add_done_callback(forgotten)
            await asyncio.sleep(rest() * (time.monotonic() - began))
    finally:
        for reading in tuple(late):
            reading.add_done_callback(forgotten)
            reading.cancel()


def forgotten(reading: asyncio.Future[Any]) -> None:
    """For what nobody waits for: whoever shares its connection is told as well when it is lost."""
    if not reading.cancelled():
        reading.exception()


async def _read(stale: Stale, read: Read, uuid: str, parts: Part) -> None:
    try:
        await read(uuid, parts)
    finally:
        stale.let(uuid)
