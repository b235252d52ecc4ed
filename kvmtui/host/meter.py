"""Rates of growth, from sizes that are read now and then."""

from __future__ import annotations

from kvmtui.model.growth import Growth, rounded
from kvmtui.model.value import Value

WINDOW = 300.0
"""Seconds that a rate is taken over."""

LEAST = 45.0
"""Seconds below which a burst would be taken for a rate."""


class Size(Value):
    """The active layer of one disk at one moment."""

    disk: str
    source: str
    used: int
    """Bytes."""
    room: int | None = None
    """Bytes that it can take still."""


class Meter:
    """Keeps the sizes of one domain; what it says changes only when a rounded number does."""

    def __init__(self) -> None:
        self._whose = ""
        self._samples: dict[tuple[str, str], list[tuple[float, int]]] = {}
        """(monotonic seconds, bytes) by disk and layer, oldest first."""

    def read(self, uuid: str, now: float, sizes: tuple[Size, ...]) -> tuple[Growth, ...]:
        """The rates with these sizes; another domain, or another layer, begins anew."""
        before = self._samples if uuid == self._whose else {}
        self._whose, self._samples = uuid, {}
        for size in sizes:
            key = (size.disk, size.source)
            kept = [sample for sample in before.get(key, ()) if now - sample[0] <= WINDOW]
            self._samples[key] = [*kept, (now, size.used)]
        rates = ((size, self._rate(size)) for size in sizes)
        return tuple(
            Growth(
                size.disk,
                size.source,
                rounded(rate),
                rounded(size.room) if size.room is not None else None,
            )
            for size, rate in rates
            if rate is not None
        )

    def _rate(self, size: Size) -> float | None:
        """Bytes per second; None while that is too early to tell."""
        samples = self._samples[size.disk, size.source]
        (begun, first), (now, last) = samples[0], samples[-1]
        return max(last - first, 0) / (now - begun) if now - begun >= LEAST else None
