"""Jobs with their progress."""

from __future__ import annotations

import pytest

from kvmtui.model.job import Job, JobKind, Sample
from kvmtui.model.value import replace
from kvmtui.render import jobs
from kvmtui.render.row import WARN, plain
from tests.worlds import (
    COMMITTING,
    GIB,
    NOW,
    READY,
    domain,
    world,
)

MOVING = replace(COMMITTING, samples=(Sample(0.0, 0, 4 * GIB), Sample(4.0, GIB, 4 * GIB)))
LOSING = replace(COMMITTING, samples=(Sample(0.0, 0, 2 * GIB), Sample(6.0, GIB, 4 * GIB)))
LIMITED = replace(MOVING, bandwidth=256 << 20)


@pytest.mark.parametrize(
    ("job", "said"),
    [
        (COMMITTING, ["25%", "1.0G of 4.0G"]),
        (MOVING, ["25%", "1.0G of 4.0G", "256M/s", "0:12 left"]),
        (LIMITED, ["256M/s  ≤ 256M/s"]),
        (LOSING, ["171M/s", "does not converge"]),
        (READY, ["100%", "ready"]),
        (Job("", JobKind.MEMORY, 1 << 30, 2 << 30), ["save RAM", "50%"]),
        (Job("vda", JobKind.COMMIT, 0, 1), ["commit", "0%"]),
    ],
)
def test_a_job_with_its_progress(job: Job, said: list[str]) -> None:
    (row,) = jobs.rows(world(domain(jobs=(job,))), 100, NOW)
    assert [part for part in said if part not in row.text.plain] == []


def test_work_that_is_not_counted_is_not_told_in_bytes() -> None:
    (row,) = jobs.rows(world(domain(jobs=(Job("vda", JobKind.COMMIT, 0, 1),))), 100, NOW)
    assert " of " not in row.text.plain


def test_that_it_does_not_converge_stands_out() -> None:
    (row,) = jobs.rows(world(domain(jobs=(LOSING,))), 76, NOW)
    styles = {s.style for s in row.text.spans if "converge" in row.text.plain[s.start : s.end]}
    assert styles == {WARN}


@pytest.mark.parametrize(
    ("width", "missing"), [(76, ["1.0G of 4.0G"]), (96, []), (156, [])], ids=["80", "100", "160"]
)
@pytest.mark.parametrize("job", [LIMITED, replace(LOSING, bandwidth=20 << 20)], ids=["ends", "not"])
def test_narrow_screens_do_without_bytes_and_keep_the_rest(
    job: Job, width: int, missing: list[str]
) -> None:
    shown = domain("erp-db1", jobs=(job,))
    (row,) = jobs.rows(world(shown), width, NOW)
    text = row.text.plain
    ends = "0:12 left" if job is LIMITED else "does not converge"
    wanted = ["erp-db1 vda active commit ", "25%", "1.0G of 4.0G", "M/s", "≤ ", ends]
    assert [part for part in wanted if part not in text] == missing
    assert row.text.cell_len == width


def test_wide_screens_have_a_longer_bar_and_all_jobs_stand_below_each_other() -> None:
    shown = [domain("web", jobs=(MOVING, replace(READY, disk="vdb")))]
    shown.append(domain("erp-db1-with-a-long-name", jobs=(LIMITED,)))
    narrow, wide = jobs.rows(world(*shown), 76, NOW), jobs.rows(world(*shown), 156, NOW)
    assert wide[0].text.plain.count("░") > narrow[0].text.plain.count("░")
    for rows in (narrow, wide):
        assert len({row.text.plain.index("█") for row in rows}) == 1
        assert len({row.text.plain.index("%") for row in rows}) == 1


def test_a_plan_without_a_job_is_shown_as_work() -> None:
    rows = jobs.rows(world(domain(busy="force off web")), 80, NOW)
    assert plain(rows) == "web  force off web …"
    assert jobs.rows(world(domain()), 80, NOW) == ()


@pytest.mark.parametrize("width", [1, 7, 20])
@pytest.mark.parametrize("fraction", [0.0, 0.01, 0.333, 0.5, 0.999, 1.0])
def test_a_bar_is_as_wide_as_it_should_be(fraction: float, width: int) -> None:
    bar = jobs.bar(fraction, width)
    assert len(bar) == width
    assert ("░" in bar) == (round(fraction * width * 8) <= (width - 1) * 8)
