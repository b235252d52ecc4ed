"""One line of the table: a limit, what kvmtui needs, and what others need for the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Budget:
    """A figure that is None was not measured."""

    says: str
    figure: float | None
    limit: float
    unit: str = "ms"
    plain: float | None = None
    """The same in a terminal without COLORTERM, which ssh does not pass on."""
    absolute: float | None = None
    """The same in milliseconds, or MiB, where the figure is a multiple; so are those of others."""
    unit_of_others: str = ""
    """Where it is another than that of the figure."""
    bare: float | None = None
    virsh: float | None = None
    htop: float | None = None

    @property
    def met(self) -> bool | None:
        """With COLORTERM and without; None when it was not measured."""
        if self.figure is None:
            return None
        return max(self.figure, self.plain or 0) <= self.limit
