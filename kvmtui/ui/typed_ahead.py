"""Keys that come faster than they are obeyed: looked at one by one, in their order."""

from __future__ import annotations

from collections import deque
from time import monotonic

from textual import events
from textual.app import App
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from kvmtui.ui.later import later
from kvmtui.ui.screens.modal import Modal

MOST = 64
"""Keys that somebody types ahead at most; more come of a paste that the terminal does not mark."""

MOST_TEXT = 1024
"""The same while a field takes them, into which somebody may well paste."""

CALM = 1.0
"""Seconds after which a paste is over, since keys last came faster than anybody types them."""

BURST = 16
"""Keys that come faster than anybody types them, before they are obeyed only after a rest."""

AT_ONCE = 0.005
"""Seconds between two of them at most: a key that is held comes fifty times a second or less."""

REST = 0.1
"""Seconds without a key after which they were typed ahead, and are no paste."""

PATIENCE = 0.5
"""Seconds after which the next key is looked at, unless who got the one before is there still."""

MUCH = 5
"""So many times as long for a screen that is slow, as while its terminal changes its size."""


OPENS = 2.0
"""Seconds after a key in which it may still open something."""

SOON = 0.01
"""Seconds until it is looked again whether it is there."""


FLOODED = "so many keys at once were taken for a paste, and dropped"


class TypedAhead(App[int]):
    """Looks at a key when what the key before it did is done.

    Textual hands every key at once to the widget that has the focus then, and looks up what is
    bound to it when nobody wanted it: over a slow line a key would go to a field that the Tab
    before it is about to leave.
    """

    class Passed(Message):
        """Follows a key through all who might want it, and then what its action told the screen."""

        def __init__(self, *, again: bool = False) -> None:
            super().__init__()
            self.again = again

    def __init__(self) -> None:
        super().__init__()
        self._waiting_keys: deque[events.Key] = deque()
        self._pressed = 0
        """Number of the key that is being obeyed; 0 for none."""
        self._obeyed = ""
        """That key, or the last one."""
        self._count = 0
        self._looks_again = False
        """Keys wait, and will be looked at soon."""
        self._flooded = False
        """Keys come that nobody types."""
        self._burst = 0
        """Keys that came at once."""
        self._last = 0.0
        """When the last key was read."""
        self._rushed = 0.0
        """When the last of those was read that came at once."""
        self._came = 0.0
        """When it came here, which is later where many wait."""
        self._looked = 0.0
        """When one was looked at last."""

    @property
    def rested(self) -> float:
        """Seconds without a key."""
        return monotonic() - self._came

    @property
    def repeats(self) -> bool:
        """The key that is being obeyed comes once more, and has come already."""
        return bool(self._waiting_keys) and self._waiting_keys[0].key == self._obeyed

    def attend(self) -> None:
        """A key has come, whatever becomes of it."""

    async def on_event(self, event: events.Event) -> None:
        """Keeps keys that come while another is being obeyed."""
        if isinstance(event, events.Key) and self._is_over:
            return
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
            return
        if self._is_of_a_flood(event):
            return
        self._waiting_keys.append(event)
        if not self._pressed:
            await self._press()

    @property
    def _is_over(self) -> bool:
        """The screens go, or are gone: a key would find parts of them."""
        return not (self.is_running and self.screen_stack)

    def _is_of_a_flood(self, key: events.Key) -> bool:
        """Whether nobody has typed it; then nothing that waits was typed, either."""
        pause, self._last, self._came = key.time - self._last, key.time, monotonic()
        self.attend()
        self._burst = self._burst + 1 if pause < AT_ONCE else 1
        if pause < AT_ONCE:
            self._rushed = key.time
        if self._flooded and key.time - self._rushed < CALM:
            return True
        most = MOST_TEXT if isinstance(self.focused, Input) else MOST
        self._flooded = len(self._waiting_keys) >= most
        if self._flooded:
            self._waiting_keys.clear()
            self.notify(FLOODED, severity="warning", markup=False)
        return self._flooded

    def _is_blind(self, key: events.Key) -> bool:
        """Whether it would agree to something, and came before anybody could see what that is."""
        screen = self.screen
        return key.key == "enter" and isinstance(screen, Modal) and key.time < screen.opened

    @property
    def is_opening(self) -> bool:
        """What the last key opens is not there yet: the next key is meant for that."""
        return False

    @property
    def _is_to_wait(self) -> bool:
        """Something opens that the next key is meant for, or this may become a flood."""
        now = monotonic()
        opens = self.is_opening and now - self._looked < OPENS
        return opens or (self._burst >= BURST and now - self._came < REST)

    async def _press(self) -> None:
        while self._waiting_keys and not self._pressed and not self._is_over:
            if self._is_to_wait:
                if not self._looks_again:
                    self._looks_again = True
                    later(self, SOON, self._look_again)
                return
            key, self._looked = self._waiting_keys.popleft(), monotonic()
            if self._is_blind(key):
                continue
            self._count += 1
            self._pressed = number = self._count
            self._obeyed = key.key
            target = self.focused or self.screen
            await super().on_event(key)
            if target.post_message(self.Passed()):
                later(self, PATIENCE, self._give_up, number, target, MUCH)
            else:
                self._pressed = 0

    async def _look_again(self) -> None:
        self._looks_again = False
        await self._press()

    async def on_typed_ahead_passed(self, event: Passed) -> None:
        if event.again or self._is_over or not self.screen.post_message(self.Passed(again=True)):
            await self._release(self._pressed)

    async def _give_up(self, number: int, target: Widget, left: int) -> None:
        """The key is taken for obeyed, unless who got it is still there and may only be slow."""
        if left and self._pressed == number and target.is_attached and target.is_running:
            later(self, PATIENCE, self._give_up, number, target, left - 1)
        else:
            await self._release(number)

    async def _release(self, number: int) -> None:
        """The key of that number was obeyed, or is taken for it."""
        if self._pressed == number:
            self._pressed = 0
            await self._press()
