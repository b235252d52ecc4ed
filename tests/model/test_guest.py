"""What stays known of a guest while it tells less."""

from __future__ import annotations

from kvmtui.model.guest import Answer, Guest
from kvmtui.model.value import replace
from tests.worlds import ANSWERING, SILENT

ICY = Guest(Answer.ANSWERING, frozen=True, version="7.2.22")
"""What an agent answers while it is frozen: next to nothing."""


def test_a_frozen_agent_takes_nothing_away_from_what_was_known() -> None:
    assert ICY.after(ANSWERING) == replace(ANSWERING, frozen=True)


def test_without_an_answer_before_there_is_nothing_to_keep() -> None:
    assert ICY.after(None) == ICY
    assert ICY.after(SILENT) == ICY


def test_a_guest_whose_agent_is_gone_is_as_frozen_as_it_was() -> None:
    for now in (SILENT, Guest()):
        assert now.after(ICY) == replace(now, frozen=True)
        assert now.after(now.after(ICY)).frozen
        assert ANSWERING.after(now.after(ICY)) == ANSWERING


def test_what_is_not_frozen_is_told_anew() -> None:
    assert SILENT.after(ANSWERING) == SILENT
    assert Guest(Answer.ANSWERING).after(ANSWERING) == Guest(Answer.ANSWERING)
