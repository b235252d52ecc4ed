"""How fast the images grow that a guest writes to."""

from __future__ import annotations

from kvmtui.model.value import Value


class Growth(Value):
    """Of the active layer of one disk, over the last minutes.

    Rounded to two digits, so that two looks at a guest that goes on as before are equal.
    """

    disk: str
    source: str
    """The layer that was measured."""
    rate: int
    """Bytes per second; 0 when it did not grow."""
    room: int | None = None
    """Bytes that it can take still where it lies; None where nobody could look."""


def rounded(number: float) -> int:
    """To two digits."""
    return int(float(f"{number:.1e}"))
