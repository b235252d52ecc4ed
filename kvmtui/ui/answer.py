"""What the fields of a form have in common that are answered without typing."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message
from textual.widgets import Static


class Answer(Static, can_focus=True):
    """Tells its form when the answer is another; Enter is left to the form."""

    @dataclass
    class Changed(Message):
        """The answer is another now."""

        answer: Answer
