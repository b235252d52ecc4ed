"""What the screens have in common that ask before something is done."""

from __future__ import annotations

from time import monotonic
from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

from kvmtui.ui.forgetful import Fleeting
from kvmtui.ui.sizes import Fitting

T = TypeVar("T")


class Modal(ModalScreen[T], Fleeting[T], Fitting[T]):
    """Knows since when it can be answered, and is answered once."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = monotonic()

    def renew(self) -> None:
        """The world has changed meanwhile."""

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Away with that answer; a key that came once too often changes nothing."""
        return super().dismiss(result) if self.is_current else AwaitComplete()
