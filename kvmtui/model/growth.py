"""How fast the images grow that a guest writes to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Growth:
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

    @property
    def left(self) -> float | None:
        """Seconds until nothing is left at this rate; None when that cannot be told."""
        return self.room / self.rate if self.rate and self.room is not None else None


def rounded(number: float) -> int:
    """To two digits."""
    return int(float(f"{number:.1e}"))
