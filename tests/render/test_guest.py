"""What the guest agent says, and what quiesce would do."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.domain import Domain, State
from kvmtui.model.guest import Answer, Channel, Guest
from kvmtui.model.value import replace
from kvmtui.render import guest
from kvmtui.render.row import plain
from tests.worlds import (
    ANSWERING,
    FROZEN,
    SILENT,
    domain,
)

LOST = replace(SILENT, frozen=True)
WITH_AGENT: dict[str, Any] = {"channel": Channel.CONNECTED, "guest": ANSWERING}


@pytest.mark.parametrize(
    ("shown", "first", "quiesce"),
    [
        (domain(), "not configured", "not possible"),
        (domain(channel=Channel.DISCONNECTED), "not connected", "not possible"),
        (domain(channel=Channel.CONNECTED), "not asked yet", "not possible"),
        (domain(channel=Channel.CONNECTED, guest=SILENT), "connected, but silent", "not possible"),
        (domain(**WITH_AGENT), "answering · qemu-ga 7.2.22", "would freeze 1 file system"),
        (domain(channel=Channel.CONNECTED, guest=FROZEN), "answering", "FROZEN"),
        (domain(channel=Channel.CONNECTED, guest=LOST), "connected, but silent", "may be FROZEN"),
        (
            domain(channel=Channel.CONNECTED, guest=SILENT, held=True),
            "connected, but silent",
            "may be FROZEN",
        ),
        (
            domain(channel=Channel.CONNECTED, guest=replace(ANSWERING, unable="it is disabled")),
            "answering",
            "quiesce is not possible: it is disabled",
        ),
        (domain(channel=Channel.CONNECTED, state=State.OFF), "the domain is shut off", ""),
        (domain(channel=Channel.CONNECTED, state=State.PAUSED), "the domain is paused", ""),
        (
            domain(channel=Channel.CONNECTED, guest=Guest(Answer.DENIED)),
            "this connection may not ask",
            "not possible",
        ),
    ],
)
def test_the_agent_and_what_quiesce_would_do(shown: Domain, first: str, quiesce: str) -> None:
    lines = plain(guest.rows(shown, 60)).splitlines()
    assert lines[0].startswith(first)
    assert quiesce in "\n".join(lines[1:])


def test_the_inside_of_a_guest_that_answers() -> None:
    lines = plain(guest.rows(domain(**WITH_AGENT), 40)).splitlines()
    assert lines[2:] == [
        "web · Debian GNU/Linux 12 · 10.20.0.14",
        "/                      ext4     40G  25%",
    ]
