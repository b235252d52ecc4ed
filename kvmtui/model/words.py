"""Sizes, times and numbers as an administrator reads them."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from contextlib import suppress

MANY = 3
"""Names that are still told one by one."""

_UNITS = ("B", "K", "M", "G", "T", "P")


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


_TYPED = re.compile(r"([0-9]{1,19}(?:\.[0-9]{1,19})?) ?([bkmgtp]?)(?:i?b)?(?:/s)?", re.IGNORECASE)
_MOST = 2**63
"""Bytes that no number of libvirt can tell any more."""


def amount(typed: str) -> int | None:
    """Bytes as somebody types them: 20M, 1.5 GiB, 512k; 0 for nothing, None for anything else."""
    found = _TYPED.fullmatch(typed.strip())
    if found is None:
        return None if typed.strip() else 0
    power = _UNITS.index(found[2].upper() or "B")
    count = round(float(found[1]) * 2.0 ** (10 * power))
    return count if count < _MOST else None


def typed(count: int) -> str:
    """Bytes as somebody would type just that many; nothing for 0."""
    for power, unit in reversed(tuple(enumerate(_UNITS[1:], 1))):
        if count >= 1024**power and count * 10 % 1024**power == 0:
            return f"{count / 1024**power:g}{unit}"
    return str(count) if count else ""


def moment(then: float) -> str:
    """A time with its date, in the local zone; unknown where a calendar has no such day."""
    with suppress(OverflowError, OSError, ValueError):
        if then:
            return time.strftime("%Y-%m-%d %H:%M", time.localtime(then))
    return "unknown"


def span(seconds: float) -> str:
    """A duration: 0:07, 12:30, 3:05:00."""
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 layer, 3 layers."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(names: Sequence[str]) -> str:
    """Names of snapshots: “s1”, “s2”; their number where they are many."""
    if len(names) > MANY:
        return count(len(names), "snapshot")
    return ", ".join(f"“{name}”" for name in names)
