"""Ages, and text from outside, as an administrator reads them."""

from __future__ import annotations

import unicodedata

import pytest

from kvmtui.render import words
from tests.worlds import DAY, HOSTILE, NOW


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (-5, "now"),
        (0, "now"),
        (59, "now"),
        (60, "1m"),
        (59 * 60, "59m"),
        (3600, "1h"),
        (47 * 3600, "47h"),
        (2 * DAY, "2d"),
        (41 * DAY, "41d"),
        (729 * DAY, "729d"),
        (730 * DAY, "2y"),
        (3700 * DAY, "10y"),
    ],
)
def test_an_age_in_at_most_four_characters(ago: float, said: str) -> None:
    assert words.age(NOW - ago, NOW) == said


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_no_text_from_outside_can_control_anything(name: str) -> None:
    shown = words.safe(name)
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert not {unicodedata.bidirectional(c) for c in shown} & {"RLO", "LRO", "RLI", "LRI", "FSI"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("máy chủ 宽 [red]", "máy chủ 宽 [red]"),
        ("\x1b[31m", "␛[31m"),
        ("a\n\x07\x7f", "a␊␇␡"),
        ("\x9b\u202e\ud800", "\ufffd\ufffd\ufffd"),
        ("web\u200b\u00ad\ufeff\U000e0041", "web\ufffd\ufffd\ufffd\ufffd"),
        ("we\u200db\u200c", "we\ufffdb\ufffd"),
        ("\u200d宽\u200d\u200d宽", "\ufffd宽\ufffd\ufffd宽"),
        ("👩\u200d💻 می\u200cخواهم", "👩\u200d💻 می\u200cخواهم"),
        ("tê\u0301n" + "z" + "\u0336" * 99 + "!", "tê\u0301n" + "z" + "\u0336" * 6 + "\ufffd!"),
    ],
)
def test_what_is_not_seen_is_shown_and_letters_are_kept(name: str, shown: str) -> None:
    assert words.safe(name) == shown


def test_of_a_text_that_nobody_reads_to_its_end_the_beginning_is_shown() -> None:
    assert words.safe("x" * 2**20) == "x" * words.LONGEST + "…"
    assert words.safe("\x9b" * 2**20) == "\ufffd" * words.LONGEST + "…"
    assert words.safe("é" * words.LONGEST) == "é" * words.LONGEST
