"""Keys that come faster than they are obeyed: looked at one by one, in their order."""

from __future__ import annotations

from collections import deque

from textual import events
from textual.app import App
from textual.message import Message

from kvmtui.ui.later import later

PATIENCE = 0.5
"""Seconds after which the next key is looked at, whatever became of the one before."""


class TypedAhead(App[int]):
    """Looks at a key when what the key before it did is done.

    Textual hands every key at once to the widget that has the focus then, and looks up what is
    bound to it when nobody wanted it: over a slow line a key would go to a field that the Tab
    before it is about to leave.
    """

    class Passed(Message):
        """Follows a key through all who might want it."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting_keys: deque[events.Key] = deque()
        self._pressed = 0
        """Number of the key that is being obeyed; 0 for none."""
        self._count = 0

    async def on_event(self, event: events.Event) -> None:
        """Keeps keys that come while another is being obeyed."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
            return
        self._waiting_keys.append(event)
        if not self._pressed:
            await self._press()

    async def _press(self) -> None:
        while self._waiting_keys and not self._pressed:
            key = self._waiting_keys.popleft()
            self._count += 1
            self._pressed = number = self._count
            target = self.focused or self.screen
            await super().on_event(key)
            if target.post_message(self.Passed()):
                later(self, PATIENCE, self._release, number)
            else:
                self._pressed = 0

    async def on_typed_ahead_passed(self) -> None:
        await self._release(self._pressed)

    async def _release(self, number: int) -> None:
        """The key of that number was obeyed, or is taken for it."""
        if self._pressed == number:
            self._pressed = 0
            await self._press()
