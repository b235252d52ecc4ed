"""A question with a few answers; the one that changes nothing has the focus."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from kvmtui.ui.screens.modal import Modal


class Ask(Modal[str]):
    """Gives the answer that was chosen; ``answers[0]``, which changes nothing, for Escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "nothing", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, text: str, *answers: str) -> None:
        super().__init__()
        self._title, self._text, self._answers = title, text, answers

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(self._title).markup
            yield Static(self._text, markup=False)
            with Horizontal(id="buttons"):
                for number, answer in enumerate(self._answers):
                    button = Button(Content(answer), compact=True)
                    button.variant = "error" if number == len(self._answers) - 1 else "default"
                    yield button

    def on_mount(self) -> None:
        if self.is_current:
            self.query(Button).first().focus()

    def action_nothing(self) -> None:
        """Away, with the answer that changes nothing."""
        self.dismiss(self._answers[0])

    @on(Button.Pressed)
    def _answered(self, event: Button.Pressed) -> None:
        buttons = list(self.query(Button))
        self.dismiss(self._answers[buttons.index(event.button)])
