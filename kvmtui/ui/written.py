"""A line to write in, which shows harmlessly whatever was typed, pasted or proposed."""

from __future__ import annotations

from typing import Any

from rich.highlighter import Highlighter
from rich.text import Text
from textual.reactive import Reactive
from textual.widgets import Input

from kvmtui.render.words import safe


class _Harmless(Highlighter):
    """Has the line drawn in other characters than it holds."""

    def __call__(self, text: str | Text) -> Text:
        shown = Text(safe(str(text)), no_wrap=True, overflow="ignore", end="")
        self.highlight(shown)
        return shown

    def highlight(self, text: Text) -> None:
        """No colours."""


class Written(Input):
    """As high as its text; nothing is sent while nobody writes."""

    cursor_blink: Reactive[bool] = Reactive(False, init=False)

    def __init__(self, value: str = "", **options: Any) -> None:
        super().__init__(value, highlighter=_Harmless(), compact=True, **options)
