"""While somebody is at the keys, what nobody waits for stands back."""

from __future__ import annotations

import asyncio
import time

import pytest

from kvmtui.host import attendance
from kvmtui.host.attendance import Attendance


async def test_it_is_over_some_time_after_the_last_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attendance, "LEFT", 0.2)
    somebody = Attendance()
    assert not somebody
    await asyncio.wait_for(somebody.over(), 0.1)
    somebody.note()
    began = time.monotonic()
    over = asyncio.ensure_future(somebody.over())
    await asyncio.sleep(0.1)
    somebody.note()
    assert somebody
    await over
    assert time.monotonic() - began >= 0.3
    assert not somebody
