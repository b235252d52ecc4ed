"""Every libvirt call of kvmtui on a connection is made by the same thread.

libvirt clients before 10.0 lose wake-ups where two threads share a connection: calls hang for
seconds, or for ever. Which calls it hits is chance, so that is not shown here.
"""

from __future__ import annotations

import inspect
import threading
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import libvirt
import libvirt_qemu
import pytest

from kvmtui.plans.wishes import Delete, Merge
from tests.lab.daemon import Daemon
from tests.lab.traps.conftest import Plant
from tests.lab.trees import chain

pytestmark = pytest.mark.lab

KINDS = (
    libvirt.virConnect,
    libvirt.virDomain,
    libvirt.virDomainSnapshot,
    libvirt.virStoragePool,
    libvirt.virStorageVol,
)

LOCAL = ("UUIDString", "connect")
"""Calls that only look at what is here already."""

Used = dict[int, set[str]]
"""The threads that have used a connection, by its identity."""


@pytest.fixture
def used(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> Iterator[Used]:
    """Writes down who calls, on connections that are opened from now on."""
    assert daemon.connection, "the lab's own is open by now"
    found: Used = defaultdict(set)
    opened: list[Any] = []

    def note(owner: Any) -> None:
        connection = getattr(owner, "_conn", owner)
        if any(connection is each for each in opened):
            found[id(connection)].add(threading.current_thread().name)

    def noting(call: Any) -> Any:
        def noted(self: Any, *args: Any, **kwargs: Any) -> Any:
            note(self)
            return call(self, *args, **kwargs)

        return noted

    def opening(call: Any) -> Any:
        def noted(*args: Any, **kwargs: Any) -> Any:
            opened.append(call(*args, **kwargs))
            note(opened[-1])
            return opened[-1]

        return noted

    for kind in KINDS:
        for name, call in inspect.getmembers(kind, inspect.isfunction):
            if not name.startswith("_") and name not in LOCAL:
                monkeypatch.setattr(kind, name, noting(call))
    monkeypatch.setattr(libvirt, "open", opening(libvirt.open))
    agent = noting(libvirt_qemu.qemuAgentCommand)
    monkeypatch.setattr(libvirt_qemu, "qemuAgentCommand", agent)
    yield found
    opened.clear()


async def test_no_two_threads_share_a_connection(used: Used, plant: Plant) -> None:
    tree = await plant(chain, running=True)
    ref = tree.driver.ref("blank")
    tree.driver.fleet.refresh(ref)
    await tree.driver.carry_out(Delete(ref, "s2"))
    await tree.driver.carry_out(Merge(ref, "vda", str(tree.domain.disks[0])))
    lanes = {thread for threads in used.values() for thread in threads}
    assert all(len(threads) == 1 for threads in used.values()), dict(used)
    assert {"lane list", "lane detail", "lane action"} <= lanes
    assert threading.current_thread().name not in lanes
