"""Whatever a daemon answers, a reading gives a value or fails as ``HostError``, soon."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import libvirt_qemu
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvmtui.host.base import HostError
from kvmtui.host.virt import Connection
from kvmtui.model.domain import Domain, State
from kvmtui.model.world import Host, Link, World
from kvmtui.render import chain, domains, guest, snapshots
from tests.hostile.answers import Odd
from tests.hostile.values import harmless
from tests.worlds import NOW, disk, file

DISKS = (disk(file("web.qcow2")),)

READINGS: tuple[Callable[[Connection], object], ...] = (
    Connection.facts,
    Connection.domains,
    lambda c: c.names("u"),
    lambda c: c.jobs("u", ("vda", "vdb")),
    lambda c: c.grown("u", DISKS),
    lambda c: c.memory_job("u"),
    lambda c: c.is_frozen("u"),
    lambda c: c.places(("/nowhere/a",)),
    lambda c: c.definition("u", next_start=True),
    lambda c: c.record("u", "s1"),
    lambda c: c.changes("u", "s1", {"vda": {"/a"}}),
)


@pytest.fixture(autouse=True)
def agents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Agents answer by the domain that they are asked of."""
    ask = lambda domain, *_: domain.answer("agent")  # noqa: E731
    monkeypatch.setattr(libvirt_qemu, "qemuAgentCommand", ask)


@given(st.data(), st.sampled_from(READINGS))
def test_any_reading(data: st.DataObject, read: Callable[[Connection], object]) -> None:
    with suppress(HostError):
        read(Connection(Odd(data.draw)))


@given(st.data())
def test_what_was_read_of_a_domain_is_drawn(data: st.DataObject) -> None:
    connection = Connection(Odd(data.draw))
    parts: dict[str, Any] = {}
    for part, read in (
        ("config", connection.config),
        ("forest", connection.forest),
        ("guest", connection.guest),
    ):
        with suppress(HostError):
            parts[part] = read("u")
    web = Domain("u", "web", State.RUNNING, **parts)
    here = Host("x", Link.OPEN, domains=(web,))
    rows = [*domains.rows(World((here,)), 80, NOW), *chain.rows(here, web, 80)]
    rows += [*guest.rows(web, 80), *snapshots.rows(web, 80, NOW)]
    assert all(harmless(row.text.plain) for row in rows)
