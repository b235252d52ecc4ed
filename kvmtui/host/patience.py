"""When an answer is late, and marking the domain that it is about until it comes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kvmtui.host.shelf import Shelf

PATIENCE = 3.0
"""Seconds after which an answer is late."""


@contextmanager
def waiting(shelf: Shelf, uuid: str, whose: str = "") -> Iterator[None]:
    """What happens in the block waits for an answer about a domain; see ``Silence``."""
    loop = asyncio.get_running_loop()
    late = loop.call_later(PATIENCE, shelf.silent, uuid, whose, time.time())
    try:
        yield
    finally:
        late.cancel()
        shelf.silent(uuid, whose, 0.0)
