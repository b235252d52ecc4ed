"""What the first screen is made of, before there is an event loop."""

from __future__ import annotations

import asyncio
import gc
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import pytest

from kvmtui.host.base import Refused
from kvmtui.host.fleet import Fleet
from kvmtui.host.virt import Connection
from kvmtui.model.world import Host, Link
from tests.host.test_testdriver import node

SNAPSHOT = "<domainsnapshot><name>s1</name></domainsnapshot>"


def first_of(folder: Path) -> tuple[Fleet, Host]:
    opener = node(folder, {"web10": 5, "web2": 5, "zoo": 5})
    for domain in opener.open().handle.listAllDomains(0):
        domain.snapshotCreateXML(SNAPSHOT)
    fleet = Fleet([opener], folder / "state")
    watch = fleet.watches[opener.uri]
    wait([watch.opening, *fleet.leading], 10)
    fleet.arrive()
    return fleet, fleet.world.hosts[0]


def test_it_has_the_list_and_the_snapshots_of_the_first_in_it(tmp_path: Path) -> None:
    fleet, host = first_of(tmp_path)
    assert host.link is Link.OPEN
    forests = [(d.name, d.forest.current if d.forest else None) for d in host.domains]
    assert forests == [("web2", "s1"), ("web10", None), ("zoo", None)]
    assert host.domains[0].snapshot_count == 1
    assert fleet.leading == (), "told once"
    fleet.close()


def test_without_those_it_has_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_connection: Connection, _uuid: str) -> None:
        raise Refused("no")

    monkeypatch.setattr(Connection, "forest", refused)
    fleet, host = first_of(tmp_path)
    assert host.link is Link.OPEN
    assert [d.forest for d in host.domains] == [None] * 3
    fleet.close()


async def test_that_they_cannot_be_read_is_no_complaint_of_asyncio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_connection: Connection, _uuid: str) -> None:
        raise Refused("no")

    monkeypatch.setattr(Connection, "forest", refused)
    complaints: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: complaints.append(context))
    opener = node(tmp_path, {"web": 5})
    fleet = Fleet([opener], tmp_path / "state")
    await fleet.watches[opener.uri].meet()
    gc.collect()
    assert complaints == []
    fleet.close()
