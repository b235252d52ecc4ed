"""What a person does by keys without looking where the cursor stands, but reading what is asked."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random

from tests.soak.deed import Deed, Modal, modal
from tests.terminal.terminal import Terminal

COLUMNS, ROWS = 160, 60

OPENS = 30.0
"""Seconds for a modal, on a machine that does much else."""

ENDS = 120.0
"""Seconds for a plan: libvirt waits for a hung QEMU 30 s and longer."""

PANES = {"s": "2", "r": "2", "d": "2", "e": "2", "a": "2", "u": "2", "c": "3", "p": "3", "m": "3"}
"""Where the cursor must be for a key to have something to work on."""

LIMITED = "cpmd"
"""Keys of jobs that can be slow enough for something to happen meanwhile."""

LEFT = 0.35
"""How many of these are left to themselves after a while, as a person does."""

GLANCE = 3.0
"""Seconds."""

FIDDLES = (("tab",), ("tab", "space"), ("tab", "right"), ("tab", "tab", "space"), ("right",))
"""Changes of fields, of whatever has the focus."""

ODD = ("", "", "", "", "-é", "[red]", "-名", "‮", " x", "'\"", "$(id)", "&amp;")
"""Ends of names."""


class Hand:
    """Presses keys in a terminal where kvmtui runs."""

    def __init__(self, terminal: Terminal, random: Random) -> None:
        self.terminal = terminal
        self._random = random

    def domain(self, number: int) -> None:
        """The cursor onto a domain of the list."""
        self.terminal.press("1", "g", *["j"] * number)

    def clear(self) -> None:
        """No modal, no mark and no result is left on the screen."""
        deadline = time.monotonic() + OPENS
        while self._cluttered(self.terminal.text()):
            assert time.monotonic() < deadline, f"Escape does nothing\n{self.terminal.text()}"
            self.terminal.press("escape")
            self.terminal.still()
        self.terminal.press("escape")

    def _cluttered(self, text: str) -> bool:
        return modal(text) is not None or bool(result(text) or PAGE.search(text))

    def lives(self) -> str:
        """The screen obeys keys; gives what is wrong."""
        try:
            self.clear()
            self.terminal.press("?")
            self.terminal.until("Escape closes", OPENS)
            self.terminal.press("escape")
            self.terminal.until(lambda text: "Escape closes" not in text, OPENS)
        except AssertionError as stuck:
            return f"the screen stands still: {stuck}"
        return ""

    def act(
        self, key: str, domain: str, name: str, names: set[str], agreed: Callable[[], None]
    ) -> Deed:
        """One key on whatever of that domain the cursor goes to.

        ``agreed`` is called when a plan was agreed to.
        """
        random = self._random
        if key in PANES:
            self.terminal.press(PANES[key], "g", *["j"] * random.randrange(len(names) + 2))
            if key in "cd" and random.random() < 0.2:
                self.terminal.press("space", *["j"] * random.randrange(3))
        before = notice(self.terminal.text())
        self.terminal.press(key)
        try:
            said = self.terminal.until(lambda text: modal(text) or notice(text) not in ("", before))
        except AssertionError:
            if not before:
                raise
            return Deed(key, result="refused", says=before)  # told once more with the same words
        if modal(said) is None:
            return Deed(key, result="refused", says=notice(said))
        if domain not in self._title(said).split():
            return Deed(key, self._title(said), result="astray")
        if key == "s":
            self.terminal.press(name)
        for _ in range(random.randrange(4)):
            self.terminal.press(*random.choice(FIDDLES))
        if key in LIMITED and random.random() < 0.6:
            self._limit(random.choice(("1M", "2M")))
        return self._agree(key, names, agreed)

    @staticmethod
    def _title(text: str) -> str:
        asked = modal(text)
        return asked.title if asked else ""

    def _limit(self, rate: str) -> None:
        """Types how fast a job may be, if that can be said."""
        for _ in range(8):
            if re.search(r"│ Limit +", self.terminal.display.cursor):
                self.terminal.press(rate)
                return
            self._press("tab")

    def _agree(self, key: str, names: set[str], agreed: Callable[[], None]) -> Deed:
        """Goes to the button and presses it, as often as the world changes meanwhile."""
        told: set[str] = set()
        deed = Deed(key, result="cancelled")
        before = ""
        while True:
            self.terminal.still()
            asked = modal(self.terminal.text())
            if asked is None:  # closed just when it told of a change
                return deed if deed.result == "cancelled" else self._wait(deed, before)
            if asked.possible and self._to_the_button(asked):
                asked = modal(self.terminal.text()) or asked
            if not self.terminal.display.stands_out(asked.verb) or not asked.possible:
                says = self.terminal.text().rpartition("│ No  ")[2].partition("│")[0].strip()
                return Deed(key, asked.title, asked.about, result="refused", says=says)
            told |= asked.told(names)
            if asked.deletes:
                key = "d"  # what helps instead
            if key == "d" and asked.about:
                told.add(asked.about)
            agreed()
            before = notice(self.terminal.text())  # what comes of it may be told at once
            if not self.terminal.display.stands_out(asked.verb):
                return Deed(key, asked.title, asked.about, result="refused", says="all at once")
            self.terminal.press("enter")
            agreed_to = Deed(key, asked.title, asked.about, frozenset(told))
            deed = self._wait(agreed_to, before, asked.verb)
            if deed.result != "changed":
                return deed

    def _to_the_button(self, asked: Modal) -> bool:
        """The focus onto the button that agrees, the name typed where that is wanted."""
        display = self.terminal.display
        for _ in range(40):
            if display.stands_out("Cancel"):
                break
            self._press("tab")
        if asked.typed:
            domain = re.search(r"2 snapshots · (\S+)", self.terminal.text())
            assert domain is not None
            self.terminal.press("shift+tab", domain[1], "tab")
        self._press("right")
        self.terminal.still()
        return display.stands_out("Cancel") is False

    def _press(self, key: str) -> None:
        """A key, and a moment in which the screen may show what it did."""
        drawn = len(self.terminal.display.raw)
        self.terminal.press(key)
        with suppress(AssertionError):
            self.terminal.until(lambda _: len(self.terminal.display.raw) > drawn, 0.5)

    def _wait(self, deed: Deed, before: str, verb: str = "") -> Deed:
        """For what comes of a plan that was agreed to; ``before``: what was told before that.

        Where the button with the ``verb`` has lost the focus, Enter came too late.
        """

        def over(text: str) -> object:
            late = verb and not self.terminal.display.stands_out(verb)
            changed = modal(text) is not None and (late or "has changed meanwhile" in text)
            return changed or result(text) or notice(text) not in ("", before)

        left = deed.key in LIMITED and self._random.random() < LEFT
        try:
            seconds = GLANCE if left else ENDS
            text = self.terminal.until(lambda text: over(text) or not self._runs, seconds)
        except AssertionError:
            ending = "left" if left else "unanswered"
            return deed.ending(ending, self.terminal.text() if ending == "unanswered" else "")
        if not self._runs:
            return deed.ending("died")
        says = result(text)
        if says:
            return deed.ending("done" if says.startswith("✔") else "failed", says)
        if modal(text) is not None:
            return deed.ending("changed")
        return deed.ending("failed", notice(text))

    @property
    def _runs(self) -> bool:
        return self.terminal.process.poll() is None


RESULT = re.compile(r"^ *[✔✘] .+?: .*", re.MULTILINE)
"""What came of a plan, in the strip of jobs."""

PAGE = re.compile(r"Escape closes|─ (Work is going on|A guest is frozen) ─")


def notice(text: str) -> str:
    """What pops up at the bottom; a bar of progress may hold the same sign."""
    shown = re.findall(r"(?<!█)▌ +([^▐│]*)", text)
    return " ".join(" ".join(shown).split())


def result(text: str) -> str:
    """The line that tells what came of a plan; empty while there is none."""
    found = RESULT.search(text)
    return found[0].strip() if found else ""
