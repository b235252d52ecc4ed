"""kvmtui itself, but signals come between its look at the terminal's size and what follows."""

from __future__ import annotations

import sys
import time

from kvmtui import cli
from kvmtui.ui import app
from kvmtui.ui.driver import Driver

LOOK = 0.05
"""Seconds."""


class Hesitant(Driver):
    """Goes on a moment after it has looked."""

    def _get_terminal_size(self) -> tuple[int, int]:
        size = super()._get_terminal_size()
        time.sleep(LOOK)
        return size


if __name__ == "__main__":
    setattr(app, "Driver", Hesitant)  # noqa: B010
    cli.main(sys.argv[1:])
