"""What is told of speed is what was measured."""

from __future__ import annotations

import json
from pathlib import Path

from tests.bench.budgets import budgets
from tests.bench.figures import Figures
from tests.bench.picture import picture
from tests.bench.report import table

ROOT = Path(__file__).parents[2]


def measured() -> Figures:
    return Figures(json.loads((ROOT / "tests/bench/measured.json").read_text())["figures"])


def test_the_table_is_that_of_the_figures() -> None:
    told = table(budgets(measured()), markdown=True)
    assert told in (ROOT / "tests/bench/README.md").read_text()


def test_the_picture_is_drawn_from_them() -> None:
    assert (ROOT / "screenshots/growth.svg").read_bytes() == picture(measured())
