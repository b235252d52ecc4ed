"""The order in which people look for names."""

from __future__ import annotations

import re


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A sorting key under which web2 comes before web10."""
    parts = filter(None, re.split(r"(\d+)", name.casefold()))
    return tuple(_number(part) if part.isdecimal() else (1, 0, part) for part in parts)


def _number(digits: str) -> tuple[int, int, str]:
    """As a number sorts, however long it is."""
    digits = digits.lstrip("0")
    return 0, len(digits), digits
