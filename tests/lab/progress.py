"""Telling what takes long, to whoever waits for it."""

from __future__ import annotations

import sys
from collections.abc import Callable

Say = Callable[[str], None]
"""Shows one line at once."""


def aloud(line: str) -> None:
    """On the terminal, or wherever errors go."""
    print(line, file=sys.stderr, flush=True)
