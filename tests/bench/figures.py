"""What is told of many measurements of the same."""

from __future__ import annotations

from collections.abc import Sequence


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of all does not exceed; between two of them a mean of both."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    below = int(place)
    if place == below or ordered[below] == ordered[below + 1]:
        return ordered[below]  # it may be infinite
    return ordered[below] + (ordered[below + 1] - ordered[below]) * (place - below)


class Figures(dict[str, list[float]]):
    """All measurements by name, such as ``start/1000/80x24/kvmtui``."""

    def add(self, name: str, *values: float) -> None:
        self.setdefault(name, []).extend(values)

    def median(self, name: str) -> float | None:
        """None for what was not measured."""
        return quantile(self[name], 0.5) if self.get(name) else None

    def late(self, name: str) -> float | None:
        """What 95 of 100 do not exceed; None for what was not measured."""
        return quantile(self[name], 0.95) if self.get(name) else None

    def most(self, name: str) -> float | None:
        """None for what was not measured."""
        return max(self[name], default=None) if self.get(name) else None

    def ratio(self, name: str, other: str) -> float | None:
        """Of two medians."""
        above, below = self.median(name), self.median(other)
        return above / below if above is not None and below else None

    def forget(self, *beginnings: str) -> None:
        """As if what begins so had not been measured."""
        for name in [name for name in self if name.startswith(beginnings)]:
            del self[name]
