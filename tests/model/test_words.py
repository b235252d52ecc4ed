"""Sizes, times and numbers as an administrator reads them."""

from __future__ import annotations

import pytest

from kvmtui.model import words
from tests.worlds import NOW


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (None, ""),
        (0, "0B"),
        (1, "1B"),
        (999, "999B"),
        (1000, "1K"),
        (1023, "1K"),
        (1024, "1K"),
        (512 * 1024, "512K"),
        (2**20, "1.0M"),
        (1.2 * 2**30, "1.2G"),
        (9.94 * 2**30, "9.9G"),
        (9.96 * 2**30, "10G"),
        (20 * 2**30, "20G"),
        (999.6 * 2**30, "1.0T"),
        (2**50, "1.0P"),
        (5000 * 2**50, "5000P"),
    ],
)
def test_a_size_in_at_most_five_characters(count: float | None, said: str) -> None:
    assert words.size(count) == said


@pytest.mark.parametrize("power", range(59))
def test_no_size_is_wider_than_its_column(power: int) -> None:
    assert all(len(words.size(n * 2**power / 7)) <= 5 for n in (1, 7, 69, 70, 71))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0:00"), (7.4, "0:07"), (59.6, "1:00"), (750, "12:30"), (11_100, "3:05:00")],
)
def test_a_duration(seconds: float, said: str) -> None:
    assert words.span(seconds) == said


def test_a_moment_and_one_that_nobody_knows() -> None:
    assert (words.moment(NOW), words.moment(0)) == ("2026-11-21 12:00", "unknown")
    for never in (2.0**62, -(2.0**62), 1e30, float("inf"), float("nan")):
        assert words.moment(never) == "unknown"


@pytest.mark.parametrize(("number", "said"), [(0, "0 layers"), (1, "1 layer"), (2, "2 layers")])
def test_a_number_with_its_noun(number: int, said: str) -> None:
    assert words.count(number, "layer") == said
    assert words.count(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("", 0),
        ("  ", 0),
        ("0", 0),
        ("20M", 20 * 2**20),
        ("20m", 20 * 2**20),
        ("20 MiB", 20 * 2**20),
        ("20MB/s", 20 * 2**20),
        (" 1.5G ", 3 * 2**29),
        ("512k", 2**19),
        ("4096", 4096),
        ("4096b", 4096),
        ("1T", 2**40),
        ("-1", None),
        ("1,5G", None),
        ("M", None),
        ("1.M", None),
        ("20X", None),
        ("1e3", None),
        ("20 000", None),
        ("٣", None),
        ("inf", None),
        ("9" * 400, None),
        ("9" * 5000 + "M", None),
        ("8191P", 8191 * 2**50),
        ("8192P", None),
    ],
)
def test_an_amount_is_read_as_it_is_typed_or_not_at_all(typed: str, count: int | None) -> None:
    assert words.amount(typed) == count


@pytest.mark.parametrize(
    ("count", "typed"),
    [(0, ""), (1, "1"), (1023, "1023"), (1536, "1.5K"), (20 * 2**20, "20M"), (3 * 2**29, "1.5G")],
)
def test_an_amount_is_written_as_it_would_be_typed(count: int, typed: str) -> None:
    assert words.typed(count) == typed


@pytest.mark.parametrize("count", [7, 1025, 10**6, 123456789, 2**30 + 1, 1234 * 2**20, 5 * 2**52])
def test_what_is_written_is_read_as_the_very_same(count: int) -> None:
    assert words.amount(words.typed(count)) == count
