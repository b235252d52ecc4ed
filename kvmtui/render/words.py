"""Text from outside made harmless, and ages as a column has room for them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 4096
"""Characters of one text that are drawn: nobody reads on, and drawing takes time."""

PILE = 6
"""Marks on top of one character that a script may need; more only smear over other lines."""

UNSEEN = "\ufffd"
"""Stands for what would not be seen, or would move what is around it."""

_STRAY = re.compile(
    "(?<![^\x00-\x7f\u200c\u200d\ufffd])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f\u200c\u200d\ufffd])"
)
"""Joiners that join nothing: only between letters of other scripts, or emoji, they do."""


def safe(text: str) -> str:
    """Text from outside with every control character shown instead of obeyed."""
    if len(text) > LONGEST:
        return safe(text[:LONGEST]) + "…"
    if text.isascii() and text.isprintable():
        return text
    return _STRAY.sub(UNSEEN, "".join(_shown(text)))


def _shown(text: str) -> Iterator[str]:
    pile = 0
    for char in text:
        kind = unicodedata.category(char)
        pile = pile + 1 if kind in ("Mn", "Me") else 0
        code = ord(char)
        if pile > PILE:
            yield UNSEEN if pile == PILE + 1 else ""
        elif code < 0x20:
            yield chr(0x2400 + code)
        elif code == 0x7F:
            yield "\u2421"
        elif char not in "\u200c\u200d" and kind in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            yield UNSEEN
        else:
            yield char


def age(then: float, now: float) -> str:
    """Time passed in at most four characters: now, 5m, 3h, 41d, 2y."""
    seconds = max(now - then, 0)
    if seconds < 60:
        return "now"
    for limit, unit, length in ((3600, "m", 60), (172_800, "h", 3600), (63_072_000, "d", 86_400)):
        if seconds < limit:
            return f"{seconds / length:.0f}{unit}"
    return f"{seconds / 31_536_000:.0f}y"


def lasting(then: float, now: float) -> str:
    """Time that goes by while somebody waits: 8 s, 3 min, 2 h."""
    seconds = max(now - then, 0)
    for limit, unit, length in ((60, "s", 1), (3600, "min", 60)):
        if seconds < limit:
            return f"{seconds // length:.0f} {unit}"
    return f"{seconds // 3600:.0f} h"
