"""How far a job is, how fast it goes, how long it takes."""

from __future__ import annotations

import pytest

from kvmtui.model.job import Job, JobKind, Sample
from kvmtui.model.value import replace


def job(done: int, total: int = 1000, kind: JobKind = JobKind.COMMIT, **fields: object) -> Job:
    return Job("vda", kind, done, total, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("done", "total", "fraction"), [(0, 0, 0.0), (5, 10, 0.5), (10, 10, 1.0), (12, 10, 1.0)]
)
def test_the_fraction_stays_between_nothing_and_all(done: int, total: int, fraction: float) -> None:
    assert job(done, total).fraction == fraction


def samples(*readings: tuple[float, int, int]) -> tuple[Sample, ...]:
    """(seconds, done, total)."""
    return tuple(Sample(*reading) for reading in readings)


@pytest.mark.parametrize(
    ("readings", "rate", "left"),
    [
        ((), None, None),
        (((1.0, 0, 1000),), None, None),
        (((1.0, 0, 1000), (3.0, 200, 1000)), 100.0, 8.0),
        (((1.0, 0, 1000), (2.0, 10, 1000), (3.0, 200, 1000)), 100.0, 8.0),
        (((1.0, 200, 1000), (3.0, 200, 1000)), 0.0, None),
        (((1.0, 200, 1000), (1.0, 300, 1000)), None, None),
        (((1.0, 300, 1000), (2.0, 200, 1000)), None, None),
        (((1.0, 0, 900), (3.0, 200, 1000)), 100.0, 16.0),
        (((1.0, 0, 800), (3.0, 200, 1000)), 100.0, None),
    ],
)
def test_rate_and_time_left_are_told_only_when_they_can_be(
    readings: tuple[tuple[float, int, int], ...], rate: float | None, left: float | None
) -> None:
    """The guest writes half as fast as it is copied in the last but one, as fast in the last."""
    now = job(200, samples=samples(*readings))
    assert (now.rate, now.left) == (rate, left)


@pytest.mark.parametrize(
    ("kind", "left"), [(JobKind.ACTIVE_COMMIT, 80.0), (JobKind.COPY, 80.0), (JobKind.PULL, 8.0)]
)
def test_a_new_limit_counts_at_once_where_only_what_is_copied_is_counted(
    kind: JobKind, left: float
) -> None:
    moved = samples((1.0, 0, 1000), (3.0, 200, 1000))
    assert job(200, kind=kind, bandwidth=10, samples=moved).left == left
    assert job(200, kind=kind, bandwidth=1000, samples=moved).left == 8.0


@pytest.mark.parametrize(
    ("last", "converges"),
    [
        ((8.0, 400, 1000), True),
        ((8.0, 400, 1399), True),
        ((8.0, 400, 1400), False),
        ((8.0, 400, 2000), False),
        ((3.0, 400, 2000), True),
        ((8.0, 0, 2000), True),
    ],
    ids=["as ever", "barely", "as fast", "faster", "too soon to tell", "not moving"],
)
def test_a_job_that_copies_slower_than_the_guest_writes_does_not_converge(
    last: tuple[float, int, int], converges: bool
) -> None:
    now = job(last[1], last[2], samples=samples((0.0, 0, 1000), last))
    assert now.converges is converges
    assert replace(now, ready=True).converges


def test_a_slow_limit_moves_in_steps_and_is_judged_over_a_longer_time() -> None:
    slow = job(400, 2000, bandwidth=2**20, samples=samples((0.0, 0, 1000), (8.0, 400, 2000)))
    assert slow.converges
    kept = slow.follows(replace(slow, samples=slow.samples), 40.0).samples
    assert [sample.time for sample in kept] == [0.0, 8.0, 40.0]


def test_samples_are_handed_on_and_forgotten_after_the_window() -> None:
    first = job(1).follows(None, 10.0)
    second = job(100).follows(first, 14.0)
    assert second.samples == samples((10.0, 1, 1000), (14.0, 100, 1000))
    assert job(200).follows(second, 18.5).samples == samples((14.0, 100, 1000), (18.5, 200, 1000))


def test_another_limit_begins_with_the_last_sample_only() -> None:
    before = job(100, samples=samples((1.0, 0, 1000), (2.0, 100, 1000)))
    now = job(150, bandwidth=50).follows(before, 3.0)
    assert now.rate == 50.0


@pytest.mark.parametrize("now", [job(50), job(200, kind=JobKind.PULL)], ids=["less", "other kind"])
def test_another_job_begins_without_samples(now: Job) -> None:
    before = job(100, samples=samples((1.0, 100, 1000)))
    assert now.follows(before, 2.0).samples == samples((2.0, now.done, 1000))


def test_work_that_qemu_has_not_counted_yet_speaks_for_nothing() -> None:
    """libvirt says 0 of 1 then, and all of it at once would look like the guest's writes."""
    before = job(0, 1).follows(None, 1.0)
    assert before.samples == ()
    assert job(10).follows(before, 2.0).samples == samples((2.0, 10, 1000))


def test_the_reading_itself_is_kept() -> None:
    now = job(100, bandwidth=7, ready=True).follows(None, 1.0)
    assert (now.bandwidth, now.ready, now.total, now.disk) == (7, True, 1000, "vda")
