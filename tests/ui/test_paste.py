"""What a terminal marks as pasted is no key, whatever is in it and however it arrives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from kvmtui.ui.paste import Parser

BEGIN, END = "\x1b[200~", "\x1b[201~"


def read(*pieces: str) -> list[str]:
    """What comes of these pieces: the names of keys, and pasted text after a “+”."""
    parser = Parser()
    heard = [event for piece in pieces for event in parser.feed(piece)]
    return [
        event.key if isinstance(event, events.Key) else f"+{event.text}"
        for event in heard
        if isinstance(event, events.Key | events.Paste)
    ]


@pytest.mark.parametrize(
    "pasted", ["\x1bd\r", "\x1b[B\r\x1b", f"{BEGIN}\x1b[", "\x1b\x1b", "\x1b[201", "\x1b[20\x1b[2"]
)
def test_an_escape_begins_no_key(pasted: str) -> None:
    whole = f"j{BEGIN}a{pasted}b{END}k\x1b[B"
    for cut in range(1, len(whole)):
        heard = ["j", f"+a{pasted}b".replace("\x1b", ""), "k", "down"]
        assert read(whole[:cut], whole[cut:]) == heard
    assert read(*whole) == heard


@given(st.lists(st.text(st.sampled_from("\x1b[]201~abOIM<;\r"), max_size=12), max_size=5))
def test_no_piece_of_a_paste_is_a_key(pieces: list[str]) -> None:
    text = "".join(pieces)
    if END not in text:
        heard = read(BEGIN, *filter(None, pieces), END, "k")
        assert heard == [f"+{text}".replace("\x1b", ""), "k"]


def test_an_escape_beside_a_paste_is_a_key_at_once() -> None:
    assert read("\x1b[A", f"{BEGIN}x{END}", "\x1b[A") == ["up", "+x", "up"]
    parser = Parser()
    assert not list(parser.feed("\x1b"))
    assert [event.key for event in parser.feed("\x1b") if isinstance(event, events.Key)] == [
        "escape"
    ]
