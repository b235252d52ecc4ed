"""How far a job is, how fast it goes, how long it takes."""

from __future__ import annotations

import pytest

from kvmtui.model.job import Job, JobKind


def job(done: int, total: int = 1000, kind: JobKind = JobKind.COMMIT, **fields: object) -> Job:
    return Job("vda", kind, done, total, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("done", "total", "fraction"), [(0, 0, 0.0), (5, 10, 0.5), (10, 10, 1.0), (12, 10, 1.0)]
)
def test_the_fraction_stays_between_nothing_and_all(done: int, total: int, fraction: float) -> None:
    assert job(done, total).fraction == fraction


@pytest.mark.parametrize(
    ("samples", "rate", "left"),
    [
        ((), None, None),
        (((1.0, 0),), None, None),
        (((1.0, 0), (3.0, 200)), 100.0, 8.0),
        (((1.0, 0), (2.0, 10), (3.0, 200)), 100.0, 8.0),
        (((1.0, 200), (3.0, 200)), 0.0, None),
        (((1.0, 200), (1.0, 300)), None, None),
        (((1.0, 300), (2.0, 200)), None, None),
    ],
)
def test_rate_and_time_left_are_told_only_when_they_can_be(
    samples: tuple[tuple[float, int], ...], rate: float | None, left: float | None
) -> None:
    now = job(200, samples=samples)
    assert (now.rate, now.left) == (rate, left)


def test_samples_are_handed_on_and_forgotten_after_the_window() -> None:
    first = job(0).follows(None, 10.0)
    second = job(100).follows(first, 14.0)
    assert second.samples == ((10.0, 0), (14.0, 100))
    assert job(200).follows(second, 16.5, window=6.0).samples == ((14.0, 100), (16.5, 200))


@pytest.mark.parametrize("now", [job(50), job(200, kind=JobKind.PULL)], ids=["less", "other kind"])
def test_another_job_begins_without_samples(now: Job) -> None:
    before = job(100, samples=((1.0, 100),))
    assert now.follows(before, 2.0).samples == ((2.0, now.done),)


def test_the_reading_itself_is_kept() -> None:
    now = job(100, bandwidth=7, ready=True).follows(None, 1.0)
    assert (now.bandwidth, now.ready, now.total, now.disk) == (7, True, 1000, "vda")
