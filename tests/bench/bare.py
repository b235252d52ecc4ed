"""The least that a Textual app can be: what everything else is measured by."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static

SAYS = "nothing but a line"


class Bare(App[None]):
    """One widget, no data."""

    BINDINGS = [("q", "quit", "Quit")]  # noqa: RUF012

    def compose(self) -> ComposeResult:
        yield Static(SAYS)


if __name__ == "__main__":
    Bare().run()
