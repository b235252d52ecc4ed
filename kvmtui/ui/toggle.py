"""Yes or no on one line, readable without colours, with the reason where it cannot be yes."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType

from kvmtui.render.row import QUIET
from kvmtui.render.words import safe
from kvmtui.ui.answer import Answer
from kvmtui.ui.forms import form


class Toggle(Answer):
    """Space changes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "change", show=False),
    ]

    def __init__(self, field: form.Toggle) -> None:
        super().__init__(id=field.id, markup=False)
        self._field = field
        self._wanted = field.value

    @property
    def value(self) -> bool:
        """What holds: a refused one has the field's own value, whatever was wanted."""
        return self._wanted if self._field.refusal is None else self._field.value

    def offer(self, field: form.Toggle) -> None:
        """The field as it is now; what the user wanted is kept for when it can be had."""
        self._field = field
        self.disabled = field.refusal is not None
        self._draw()

    def on_mount(self) -> None:
        self.offer(self._field)

    def _draw(self) -> None:
        text = Text("[x] " if self.value else "[ ] ")
        text.append(safe(self._field.label))
        if self._field.refusal is not None:
            text.append(f": {safe(self._field.refusal.reason)}")
            text.stylize(QUIET)
        self.update(text)

    def action_change(self) -> None:
        """The other way round."""
        self._wanted = not self._wanted
        self._draw()
        self.post_message(self.Changed(self))

    def on_click(self) -> None:
        self.action_change()
