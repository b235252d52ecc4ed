"""Whose agent is asked when somebody looks there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kvmtui.host.asking import Asking
from kvmtui.host.stale import Part
from kvmtui.model.guest import Guest
from tests.host.driver import driving
from tests.host.test_testdriver import node

ON, OFF = 1, 5


async def test_of_a_domain_that_is_off_all_is_known_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, Part]] = []
    read = Asking.read

    async def noted(self: Asking, uuid: str, parts: Part) -> None:
        asked.append((uuid, parts))
        await read(self, uuid, parts)

    monkeypatch.setattr(Asking, "read", noted)
    async with driving(node(tmp_path, {"on": ON, "off": OFF}), tmp_path / "state") as driver:
        await driver.until_domain("off", lambda domain: domain.guest == Guest())
        await driver.until_domain("on", lambda domain: domain.known)
        (watch,) = driver.fleet.watches.values()
        on, off = driver.ref("on"), driver.ref("off")
        watch.shelf.change(on.uuid, guest=Guest())  # told while it was off
        await asyncio.sleep(0.2)
        asked.clear()
        for ref in (off, on):
            driver.fleet.select(ref)
            await asyncio.sleep(0.5)
        assert {uuid for uuid, parts in asked if Part.GUEST in parts} == {on.uuid}
