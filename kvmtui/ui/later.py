"""Something to be done once, some time from now, that cannot get lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from textual.message_pump import MessagePump


def later(pump: MessagePump, seconds: float, callback: Callable[..., Any], *args: Any) -> None:
    """Has the pump call back, with its other messages, after so many seconds.

    Textual's own one-shot timers are dropped when the process gets no processor for longer than
    their time while they are being started (``Timer`` skips what is late, and then has no
    repeats left).
    """
    asyncio.get_running_loop().call_later(seconds, pump.call_later, callback, *args)
