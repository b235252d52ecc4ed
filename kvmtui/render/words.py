"""Text from outside made harmless, and ages as a column has room for them."""

from __future__ import annotations

import unicodedata

_BIDI = {*"\u200e\u200f\u061c", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}


def safe(text: str) -> str:
    """Text from outside with every control character shown instead of obeyed."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if char in _BIDI or unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp"):
        return "\ufffd"
    return char


def age(then: float, now: float) -> str:
    """Time passed in at most four characters: now, 5m, 3h, 41d, 2y."""
    seconds = max(now - then, 0)
    if seconds < 60:
        return "now"
    for limit, unit, length in ((3600, "m", 60), (172_800, "h", 3600), (63_072_000, "d", 86_400)):
        if seconds < limit:
            return f"{seconds / length:.0f}{unit}"
    return f"{seconds / 31_536_000:.0f}y"
