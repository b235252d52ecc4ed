"""What a terminal sends for keys that are no letters."""

from __future__ import annotations

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "escape": "\x1b",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "f5": "\x1b[15~",
    "ctrl+c": "\x03",
    "ctrl+q": "\x11",
}

PAUSE = 0.03
"""Seconds between two keys of a quick hand."""

ESCAPE_PAUSE = 0.15
"""Seconds after which a lone escape byte is a key, and not the beginning of another."""


def spelled(key: str) -> tuple[bytes, float]:
    """The bytes of a key, or of text to be typed, and the seconds to wait after them."""
    return KEYS.get(key, key).encode(), ESCAPE_PAUSE if key == "escape" else PAUSE
