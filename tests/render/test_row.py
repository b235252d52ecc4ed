"""Lines and cells fit their columns, also with wide and combining characters."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.text import Text

from kvmtui.render.row import Cell, cut, line, plain, said
from kvmtui.render.words import safe
from tests.worlds import HOSTILE

NAMES = tuple(map(safe, HOSTILE.values()))


@pytest.mark.parametrize("name", NAMES, ids=HOSTILE)
@pytest.mark.parametrize("width", [0, 1, 2, 5, 20])
def test_a_text_is_cut_to_its_columns(name: str, width: int) -> None:
    assert cell_len(cut(name, width)) <= width
    assert cell_len(Cell(name, width).fitted) == width
    assert cell_len(Cell(name, width, right=True).fitted) == width


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("宽宽", 4, "宽宽"),
        ("宽宽宽", 4, "宽 …"),
        ("a", 0, ""),
    ],
)
def test_what_is_left_out_is_told_by_an_ellipsis(text: str, width: int, shown: str) -> None:
    assert cut(text, width) == shown


@pytest.mark.parametrize("name", NAMES, ids=HOSTILE)
@pytest.mark.parametrize("width", [20, 40, 80])
def test_cells_end_where_the_line_ends(name: str, width: int) -> None:
    drawn = line(width, Text(name), [Cell("12", 4, right=True), Cell("end", 3)])
    assert drawn.cell_len == width
    assert drawn.plain.endswith("   12 end")
    assert line(width, Text(name)).cell_len <= width


def test_a_line_for_a_pipe_has_no_blanks_at_its_end() -> None:
    assert plain([said("a  "), said("b")]) == "a\nb"
