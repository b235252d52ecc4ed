"""What the fields of a form have in common that are answered without typing."""

from __future__ import annotations

from textual.message import Message
from textual.widgets import Static


class Answer(Static, can_focus=True):
    """Tells its form when the answer is another; Enter is left to the form."""

    class Changed(Message):
        """The answer is another now."""

        def __init__(self, answer: Answer) -> None:
            super().__init__()
            self.answer = answer
