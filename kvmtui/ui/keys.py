"""The last line of the screen: the keys that work now, those that do not dimmed."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static

from kvmtui.render.row import ACCENT, QUIET
from kvmtui.ui.commands import Command
from kvmtui.ui.view import View


class Keys(Static):
    """Redrawn only when a key begins or ceases to work."""

    def __init__(self, commands: tuple[Command, ...]) -> None:
        super().__init__(id="keys", markup=False)
        self._commands = [command for command in commands if command.footer]
        self._able: list[bool] = []

    def show(self, view: View) -> None:
        """The keys for this view."""
        able = [command.refusal(view) is None for command in self._commands]
        if able == self._able:
            return
        self._able = able
        text = Text(no_wrap=True, overflow="ellipsis")
        for command, works in zip(self._commands, able, strict=True):
            text.append(command.shown_keys, f"bold {ACCENT}" if works else QUIET)
            text.append(f" {command.label}  ", "" if works else QUIET)
        self.update(text, layout=False)
