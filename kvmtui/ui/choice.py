"""One answer out of several, changed by the arrow keys without a step of opening and closing."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType

from kvmtui.render.row import QUIET
from kvmtui.render.words import safe
from kvmtui.ui.answer import Answer
from kvmtui.ui.forms import form


class Choice(Answer):
    """Shows all answers, or the chosen one of many; refused ones are dimmed and passed over."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up,k", "step(-1)", show=False),
        Binding("right,down,j,space", "step(1)", show=False),
    ]

    def __init__(self, field: form.Choice) -> None:
        super().__init__(id=field.id, markup=False)
        self._field = field
        self.value: Any = field.value

    def offer(self, field: form.Choice) -> None:
        """New answers; the chosen one stays while it can be had."""
        if field == self._field and self.is_mounted:
            return
        self._field = field
        if self.value not in self._able():
            self.value = field.value
        self._draw()

    def _able(self) -> list[Any]:
        return [option.value for option in self._field.options if option.refusal is None]

    def on_mount(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if self._field.stepped:
            self.update(self._step())
            return
        parts = []
        for option in self._field.options:
            chosen = option.value == self.value
            part = Text("● " if chosen else "○ ")
            part.append(safe(option.label), "bold" if chosen else "")
            if option.refusal is not None:
                part.stylize(QUIET)
                if self._field.upright:
                    part.append(f"  {safe(option.refusal.reason)}", QUIET)
            parts.append(part)
        self.update(Text("\n" if self._field.upright else "   ").join(parts))

    def _step(self) -> Text:
        """The chosen answer between arrows that say where there are others."""
        options = self._field.options
        place = next((n for n, o in enumerate(options) if o.value == self.value), 0)
        label = safe(options[place].label) if options else ""
        text = Text.assemble(
            ("◂ ", "bold" if place > 0 else QUIET),
            (label, "bold"),
            (" ▸", "bold" if place < len(options) - 1 else QUIET),
        )
        if len(options) > 1:
            text.append(f"  {place + 1} of {len(options)}", QUIET)
        return text

    def action_step(self, by: int) -> None:
        """To the next answer that can be had."""
        able = self._able()
        if not able:
            return
        place = able.index(self.value) if self.value in able else -1
        self.value = able[max(min(place + by, len(able) - 1), 0)]
        self._draw()
        self.post_message(self.Changed(self))
