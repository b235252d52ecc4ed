"""Whether somebody is at the keys just now."""

from __future__ import annotations

import asyncio
import time

LEFT = 1.0
"""Seconds after the last key after which nobody is."""


class Attendance:
    """What nobody waits for stands back while somebody presses keys: they share one interpreter."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def note(self) -> None:
        """A key was pressed."""
        self._last = time.monotonic()

    def __bool__(self) -> bool:
        return self._left > 0

    async def over(self) -> None:
        """Waits until nobody is there."""
        while True:
            left = self._left
            if left <= 0:
                return
            await asyncio.sleep(left)

    @property
    def _left(self) -> float:
        """Seconds."""
        return self._last + LEFT - time.monotonic()
