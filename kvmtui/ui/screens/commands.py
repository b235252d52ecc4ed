"""All commands as a list, to be found by their words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from kvmtui.render.row import ACCENT, QUIET, Cell, Row, line
from kvmtui.render.words import safe
from kvmtui.ui.commands import Command
from kvmtui.ui.lines import Lines
from kvmtui.ui.screens.modal import Modal
from kvmtui.ui.view import View
from kvmtui.ui.written import Written


class CommandList(Modal[str | None]):
    """Type to narrow the list, Enter to run; gives the id of the command."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", show=False),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
    ]

    def __init__(self, commands: Iterable[Command], view: View) -> None:
        super().__init__()
        self._commands = tuple(commands)
        self._view = view

    def compose(self) -> ComposeResult:
        with Vertical(id="palette") as palette:
            palette.border_title = Content("commands").markup
            yield Written(placeholder="type to find")
            yield Lines()

    def on_mount(self) -> None:
        if not self.is_current:
            return  # closed before all of it was there
        self.query_one(Lines).can_focus = False
        self.query_one(Input).focus()
        self.call_after_refresh(self._show, "")

    def _show(self, sought: str) -> None:
        lines = self.query_one(Lines)
        words = sought.casefold().split()
        lines.show(
            tuple(
                self._row(command, lines.room)
                for command in self._commands
                if all(word in f"{command.label} {command.help}".casefold() for word in words)
            )
        )

    def _row(self, command: Command, width: int) -> Row:
        refusal = command.refusal(self._view)
        left = Text(command.label, QUIET if refusal else "")
        left.append(f"  {safe(refusal.reason) if refusal else command.help}", QUIET)
        return Row(
            command.id, line(width, left, [Cell(command.shown_keys, 10, ACCENT, right=True)])
        )

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._show(event.value)

    @on(Input.Submitted)
    def _entered(self) -> None:
        key = self.query_one(Lines).key
        self.dismiss(key if isinstance(key, str) else None)

    def action_move(self, by: int) -> None:
        """The cursor of the list, while the line keeps the focus."""
        self.query_one(Lines).action_move(by)
