"""What is told of many measurements, and how it becomes a table and a picture."""

from __future__ import annotations

from math import inf

import pytest
from lxml import etree

from tests.bench.budget import Budget
from tests.bench.budgets import budgets
from tests.bench.calls import loaded
from tests.bench.figures import Figures, quantile
from tests.bench.picture import apart, picture
from tests.bench.report import table


@pytest.mark.parametrize(
    ("values", "share", "wanted"),
    [
        ([3.0], 0.95, 3.0),
        ([1.0, 2.0, 3.0], 0.5, 2.0),
        ([4.0, 1.0, 2.0, 3.0], 0.5, 2.5),
        ([*map(float, range(101))], 0.95, 95.0),
        ([1.0, inf], 0.5, inf),
        ([1.0, 2.0, inf], 0.5, 2.0),
        ([inf, inf], 0.95, inf),
    ],
)
def test_a_quantile(values: list[float], share: float, wanted: float) -> None:
    assert quantile(values, share) == wanted


def test_what_was_not_measured_is_none() -> None:
    figures = Figures()
    assert figures.median("start") is figures.ratio("start", "bare") is None
    figures.add("start", 3.0)
    assert figures.ratio("start", "bare") is None
    figures.add("bare", 2.0)
    assert figures.ratio("start", "bare") == 1.5


def test_a_loading_ends_before_the_next_look() -> None:
    assert loaded([0.1, 0.2, 0.3, 2.0], 3) == 0.3
    assert loaded([0.1, 0.2, 0.3, 0.4, 2.0], 3) == 0.4
    assert loaded([0.1, 0.2], 3) == inf


def test_a_budget_holds_without_colours_too() -> None:
    assert Budget("", 8.0, 8).met
    assert not Budget("", 8.0, 8, "ms", 9.0).met
    assert Budget("", None, 8).met is None


def test_the_table_leaves_out_what_was_not_measured() -> None:
    told = [Budget("start", 1.5, 1.6, "x", absolute=240.4, unit_of_others="ms", bare=160.0)]
    told += [Budget("keys", None, 8), Budget("paint", 12.0, 7, "B")]
    assert table(told, markdown=True).splitlines() == [
        "|  | at most | kvmtui | bare Textual |  |",
        "| --- | --: | --: | --: | --- |",
        "| start | 1.60 x | 1.50 x (240 ms) | 160 ms | met |",
        "| paint | 7 B | 12 B |  | **missed** |",
    ]
    last = table(told, markdown=False).splitlines()[-1]
    assert " ".join(last.split()) == "paint 7 B 12 B missed"


def test_nothing_measured_meets_and_misses_nothing() -> None:
    assert {budget.met for budget in budgets(Figures())} == {None}


def test_a_picture_of_what_was_measured() -> None:
    figures = Figures({"growth/10/start": [200.0], "growth/1000/start": [250.0]})
    drawing = etree.fromstring(picture(figures))
    said = [each.text for each in drawing.iter("{*}text")]
    assert {"200", "250", "start, ms", "1,000"} <= set(said)
    assert "memory, MiB" not in said


def test_texts_of_a_picture_stand_apart() -> None:
    assert [y for y, *_ in apart([(100, "b", ""), (98, "a", ""), (200, "c", "")])] == [98, 113, 200]
