"""Long work that libvirt does on a domain, how fast it goes, and whether it comes to an end."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from kvmtui.model.value import Value, replace

WINDOW = 8.0
"""Seconds of the past that speak for the present."""

WINDOW_LIMITED = 60.0
"""The same at most for a slow limit."""

SLICE = 16 * 2**20
"""Bytes that QEMU may copy at once, however low the limit: progress comes in such steps."""


class JobKind(Enum):
    """libvirt's block job types, and the domain job that saves RAM."""

    PULL = "pull"
    COPY = "copy"
    COMMIT = "commit"
    ACTIVE_COMMIT = "active commit"
    BACKUP = "backup"
    MEMORY = "save RAM"
    UNKNOWN = "job"

    @property
    def switches(self) -> bool:
        """It gets READY and then waits for a pivot or an abort."""
        return self in (JobKind.ACTIVE_COMMIT, JobKind.COPY)


class Sample(NamedTuple):
    """How far a job was at a time."""

    time: float
    """Monotonic seconds."""
    done: int
    total: int

    @property
    def left(self) -> int:
        """Bytes still to do."""
        return max(self.total - self.done, 0)


class Job(Value):
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
    """READY, as the live definition says: waits for a pivot or an abort."""
    samples: tuple[Sample, ...] = ()
    """This reading and those before it, oldest first, over the last seconds."""

    @property
    def counted(self) -> bool:
        """Whether QEMU has counted its work; libvirt says 0 of 1 before."""
        return self.total > 1

    @property
    def fraction(self) -> float:
        """From 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def rate(self) -> float | None:
        """Bytes copied per second; None while there are too few samples to tell."""
        if self._seconds <= 0:
            return None
        moved = self.samples[-1].done - self.samples[0].done
        return moved / self._seconds if moved >= 0 else None

    @property
    def left(self) -> float | None:
        """Seconds left, from how fast what is left shrinks; None when that cannot be told."""
        if self._seconds <= 0:
            return None
        shrunk = (self.samples[0].left - self.samples[-1].left) / self._seconds
        if self.bandwidth and self.kind.switches:  # others pass over holes, whatever their limit
            shrunk = min(shrunk, self.bandwidth)
        return self.samples[-1].left / shrunk if shrunk > 0 else None

    @property
    def converges(self) -> bool:
        """False when the guest writes as fast as the job copies: so it would never end."""
        if self.ready or self._seconds < self._window / 2:
            return True
        first, last = self.samples[0], self.samples[-1]
        return last.done <= first.done or last.left < first.left

    @property
    def _seconds(self) -> float:
        """The time between the first and the last sample."""
        return self.samples[-1].time - self.samples[0].time if self.samples else 0.0

    @property
    def _window(self) -> float:
        """Long enough for a few steps."""
        steps = 3 * SLICE / self.bandwidth if self.bandwidth else 0.0
        return min(max(WINDOW, steps), WINDOW_LIMITED)

    def follows(self, before: Job | None, now: float) -> Job:
        """This reading with the samples of the reading ``before`` it; ``now``: monotonic seconds.

        Old samples are dropped, and all of them when another job has begun or the limit is
        another: they tell nothing of what comes.
        """
        if not self.counted:
            return self
        kept: tuple[Sample, ...] = ()
        if before is not None and before.kind is self.kind and before.done <= self.done:
            same = before.bandwidth == self.bandwidth
            older = before.samples if same else before.samples[-1:]
            kept = tuple(sample for sample in older if now - sample.time <= self._window)
        return replace(self, samples=(*kept, Sample(now, self.done, self.total)))
