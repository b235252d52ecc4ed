"""Names, sizes and times as an administrator reads them; outside text made harmless."""

from __future__ import annotations

import time
import unicodedata

_UNITS = ("B", "K", "M", "G", "T", "P")
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


def size(count: float | None) -> str:
    """Bytes in at most five characters: 0B, 512K, 1.2G; nothing when unknown."""
    if count is None:
        return ""
    number = float(count)
    for unit in _UNITS:
        if number < 999.5 or unit == _UNITS[-1]:
            break
        number /= 1024
    return f"{number:.1f}{unit}" if number < 9.95 and unit not in "BK" else f"{number:.0f}{unit}"


def age(then: float, now: float) -> str:
    """Time passed in at most four characters: now, 5m, 3h, 41d, 2y."""
    seconds = max(now - then, 0)
    if seconds < 60:
        return "now"
    for limit, unit, length in ((3600, "m", 60), (172_800, "h", 3600), (63_072_000, "d", 86_400)):
        if seconds < limit:
            return f"{seconds / length:.0f}{unit}"
    return f"{seconds / 31_536_000:.0f}y"


def moment(then: float) -> str:
    """A time with its date, in the local zone."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(then)) if then else "unknown"


def span(seconds: float) -> str:
    """A duration: 0:07, 12:30, 3:05:00."""
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 layer, 3 layers."""
    return f"{number} {one if number == 1 else many or one + 's'}"
