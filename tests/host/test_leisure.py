"""Domains that nobody looks at are read with pauses, and only once."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from kvmtui.host import reader, watch
from kvmtui.host.following import follow
from kvmtui.host.stale import Part, Stale
from kvmtui.host.virt import Connection
from tests.host.driver import driving
from tests.host.test_testdriver import node

TOOK, REST = 0.02, 4.0


async def test_after_each_reading_there_is_a_pause_that_is_so_many_times_longer() -> None:
    stale, read, done = Stale(), list[float](), asyncio.Event()

    async def reading(_uuid: str, _parts: Part) -> None:
        read.append(time.monotonic())
        await asyncio.sleep(TOOK)
        if len(read) == 5:
            done.set()

    for number in range(5):
        stale.mark(f"d{number}", Part.DISKS)
    following = asyncio.ensure_future(follow(stale, reading, rest=lambda: REST))
    await done.wait()
    following.cancel()
    assert read[-1] - read[0] >= 4 * (1 + REST) * TOOK


async def test_what_runs_and_what_is_looked_at_need_not_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "SOON", 2)
    monkeypatch.setattr(reader, "REST", {False: 0.0})
    states = {f"d{n}": 1 if n == 8 else 5 for n in range(10)}
    asked: list[str] = []
    config = Connection.config

    def noted(self: Connection, uuid: str, **how: Any) -> Any:
        asked.append(uuid)
        return config(self, uuid, **how)

    monkeypatch.setattr(Connection, "config", noted)
    async with driving(node(tmp_path, states), tmp_path / "state") as driver:
        await driver.until_domain("d9", lambda domain: domain.config)
        await driver.until(lambda host: all(domain.config for domain in host.domains))
        assert asked[0] == driver.domain("d8").uuid
        assert sorted(asked) == sorted(domain.uuid for domain in driver.host.domains)


async def test_a_domain_that_was_looked_at_meanwhile_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "SOON", 0)
    monkeypatch.setattr(reader, "REST", {False: 20.0})
    states = {f"d{n}": 5 for n in range(20)}
    async with driving(node(tmp_path, states), tmp_path / "state") as driver:
        (watched,) = driver.fleet.watches.values()
        waiting = watched.reader.leisure._parts
        await driver.until(lambda _host: waiting)
        uuid = driver.domain("d19").uuid
        assert uuid in waiting
        driver.fleet.select(driver.ref("d19"))
        await driver.meet("d19")
        assert uuid not in waiting
        assert waiting


async def test_of_domains_that_a_cursor_passes_only_the_last_is_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "SOON", 0)
    monkeypatch.setattr(reader, "REST", {False: 200.0})
    states = {f"d{n}": 5 for n in range(20)}
    async with driving(node(tmp_path, states), tmp_path / "state") as driver:
        (watched,) = driver.fleet.watches.values()
        waiting = watched.reader.leisure._parts
        await driver.until(lambda _host: waiting)
        for number in range(8, 20):
            driver.fleet.select(driver.ref(f"d{number}"))
        await driver.meet("d19")
        await asyncio.sleep(1)
        assert sum(domain.known for domain in driver.host.domains) < 8
        assert driver.domain("d15").uuid in waiting
