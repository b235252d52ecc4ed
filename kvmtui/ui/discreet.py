"""An end that nobody expected, told without what kvmtui knew."""

from __future__ import annotations

import sys

from rich.text import Text
from textual.app import App


class Discreet(App[int]):
    """Ends with where the fault came about; Textual tells the values of all variables, too."""

    def _fatal_error(self) -> None:
        from kvmtui.render.fault import told

        error = sys.exc_info()[1]
        self.panic(Text(told(error) if error else "an unknown fault"))
