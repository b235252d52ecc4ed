"""What the fields of a form have in common that are answered without typing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Static


class Answer(Static, can_focus=True):
    """Tells its form when the answer is another, and when Enter was pressed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", show=False)]

    @dataclass
    class Changed(Message):
        """The answer is another now."""

        answer: Answer

    @dataclass
    class Submitted(Message):
        """Enter was pressed."""

        answer: Answer

    def action_submit(self) -> None:
        """Enter: what it does is for the form to say."""
        self.post_message(self.Submitted(self))
