"""What a soak did, in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.soak.memory import Memory


@dataclass
class Tally:
    """Counts; nothing else is kept of a deed that went as it should."""

    seed: int
    seconds: float = 0.0
    deeds: Counter[str] = field(default_factory=Counter)
    """By key and result."""
    faults: Counter[str] = field(default_factory=Counter)
    deaths: Counter[str] = field(default_factory=Counter)
    """Of libvirtd, by what somebody else was calling."""
    checks: int = 0
    """Contents of disks that were compared with what must be there."""
    offers: int = 0
    """Ways back that kvmtui was asked for, to compare what it offers with what is there."""
    violations: list[str] = field(default_factory=list)
    memory: list[Memory] = field(default_factory=list)
    """Of each kvmtui that lived long."""

    @property
    def actions(self) -> int:
        return self.deeds.total()

    def lines(self) -> list[str]:
        """For people."""
        deeds: dict[str, Counter[str]] = {}
        for (key, _, result), count in ((k.partition(" "), n) for k, n in self.deeds.items()):
            deeds.setdefault(key, Counter())[result] += count
        return [
            f"seed {self.seed}, {self.seconds / 60:.1f} minutes: {self.actions} actions, "
            f"{self.faults.total()} faults, {self.checks} contents compared, "
            f"{self.offers} ways back asked for, {len(self.violations)} violations",
            *(f"  {key}: {_told(results)}" for key, results in sorted(deeds.items())),
            f"  faults: {_told(self.faults)}",
            *([f"  libvirtd died amid {_told(self.deaths)}"] if self.deaths else []),
            *(f"  memory of one: {memory} actions" for memory in self.memory),
            *(f"VIOLATION: {violation}" for violation in self.violations),
        ]


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common())
