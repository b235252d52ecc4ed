"""What a terminal sends that no person has typed."""

from __future__ import annotations

import pytest

from tests.terminal.conftest import Run

pytestmark = pytest.mark.terminal


@pytest.mark.parametrize("noise", [b"\xff\x9b\xc3", b"\xe2\x82 \xfe" * 500], ids=["few", "many"])
def test_bytes_that_are_no_text_are_survived(kvmtui: Run, noise: bytes) -> None:
    screen = kvmtui("-c", "test:///default")
    screen.until("● test")
    screen.paste(noise)
    screen.send(noise)
    screen.still()
    screen.press("?")
    screen.until("Escape closes")
    screen.press("escape", "q")
    assert screen.ends(10) == 0
    assert screen.restored()


def test_a_paste_presses_no_keys(kvmtui: Run) -> None:
    screen = kvmtui("-c", "test:///default")
    screen.until("● test")
    screen.paste(b"?oq\xff" * 1000)
    screen.still()
    assert "Escape closes" not in screen.text()
    assert "● test" in screen.text()
    screen.press("q")
    assert screen.ends(10) == 0
