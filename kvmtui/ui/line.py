"""A line of text that proposes something until somebody types."""

from __future__ import annotations

from kvmtui.ui.forms import form
from kvmtui.ui.written import Written


class Line(Written):
    """Follows what the form proposes, as long as it holds the proposal of before."""

    def __init__(self, field: form.Line, value: str) -> None:
        super().__init__(
            value,
            placeholder=field.empty,
            id=field.id,
            select_on_focus=not field.keep,
        )
        self._proposed = field.value

    def offer(self, field: form.Line) -> None:
        """What is proposed now."""
        untouched = self.value == self._proposed
        self._proposed = field.value
        if untouched and self.value != field.value:
            self.value = field.value
