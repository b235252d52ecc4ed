"""Jobs with their progress."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kvmtui.model.job import Job, JobKind
from kvmtui.render import jobs
from kvmtui.render.row import plain
from tests.worlds import (
    COMMITTING,
    GIB,
    READY,
    domain,
    world,
)


@pytest.mark.parametrize(
    ("job", "said"),
    [
        (COMMITTING, ["25%"]),
        (replace(COMMITTING, samples=((0.0, 0), (4.0, GIB))), ["25%", "256M/s", "0:12 left"]),
        (READY, ["100%", "ready"]),
        (Job("", JobKind.MEMORY, 1, 2), ["save RAM", "50%"]),
    ],
)
def test_a_job_with_its_progress(job: Job, said: list[str]) -> None:
    (row,) = jobs.rows(world(domain(jobs=(job,))), 100)
    assert all(part in row.text.plain for part in said)


def test_a_plan_without_a_job_is_shown_as_work() -> None:
    rows = jobs.rows(world(domain(busy="force off web")), 80)
    assert plain(rows) == "web  force off web …"
    assert jobs.rows(world(domain()), 80) == ()


@pytest.mark.parametrize("width", [1, 7, 20])
@pytest.mark.parametrize("fraction", [0.0, 0.01, 0.333, 0.5, 0.999, 1.0])
def test_a_bar_is_as_wide_as_it_should_be(fraction: float, width: int) -> None:
    bar = jobs.bar(fraction, width)
    assert len(bar) == width
    assert ("░" in bar) == (round(fraction * width * 8) <= (width - 1) * 8)
