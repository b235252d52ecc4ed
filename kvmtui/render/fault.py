"""A fault of kvmtui's own, as it is told to whoever reports it."""

from __future__ import annotations

import traceback

from kvmtui.render.words import safe


def told(error: BaseException) -> str:
    """Where it came about. No values: some are passwords; and nothing that a terminal obeys."""
    lines = "".join(traceback.format_exception(error)).splitlines()
    return "\n".join(map(safe, lines))
