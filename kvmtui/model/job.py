"""Long work that libvirt does on a domain, and how fast it goes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class JobKind(Enum):
    """libvirt's block job types, and the domain job that saves RAM."""

    PULL = "pull"
    COPY = "copy"
    COMMIT = "commit"
    ACTIVE_COMMIT = "active commit"
    BACKUP = "backup"
    MEMORY = "save RAM"
    UNKNOWN = "job"


@dataclass(frozen=True, slots=True)
class Job:
    """A block job of one disk, or a job of a whole domain (``disk`` empty)."""

    disk: str
    kind: JobKind
    done: int = 0
    """Bytes done (``cur``)."""
    total: int = 0
    """Bytes to do (``end``); grows while the guest writes."""
    bandwidth: int = 0
    """Limit in bytes per second; 0 for none."""
    ready: bool = False
    """READY: waits for a pivot or an abort."""
    samples: tuple[tuple[float, int], ...] = ()
    """(monotonic seconds, bytes done), oldest first, over the last seconds."""

    @property
    def fraction(self) -> float:
        """From 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def rate(self) -> float | None:
        """Bytes per second over the samples; None while there are too few to tell."""
        if len(self.samples) < 2:
            return None
        (start, first), (end, last) = self.samples[0], self.samples[-1]
        return (last - first) / (end - start) if end > start and last >= first else None

    @property
    def left(self) -> float | None:
        """Seconds left at the present rate; None when that cannot be told."""
        rate = self.rate
        return (self.total - self.done) / rate if rate else None

    def follows(self, before: Job | None, now: float, window: float = 6.0) -> Job:
        """This reading, with the samples of the reading ``before`` it.

        ``now`` is in monotonic seconds; samples older than ``window`` seconds are dropped, and
        all of them when another job has begun.
        """
        kept: tuple[tuple[float, int], ...] = ()
        if before is not None and before.kind is self.kind and before.done <= self.done:
            kept = tuple(sample for sample in before.samples if now - sample[0] <= window)
        return Job(
            self.disk, self.kind, self.done, self.total, self.bandwidth, self.ready,
            (*kept, (now, self.done)),
        )  # fmt: skip
