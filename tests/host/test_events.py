"""Events are told as values from libvirt's own thread, and never raise there."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import libvirt
import pytest

from kvmtui.host.virt import Change, Event, Opener, events
from tests.host.driver import driving

UUID = "7f9c2b10-0000-4000-8000-000000000001"
NODE = f"""<node><domain type='test'><name>d</name><uuid>{UUID}</uuid><memory>1024</memory>
<os><type>hvm</type></os></domain></node>"""


@pytest.fixture
def opener(tmp_path: Path) -> Opener:
    node = tmp_path / "node.xml"
    node.write_text(NODE)
    return Opener(f"test://{node}")


class Recording:
    """A connection that keeps the callbacks it is given; it refuses some kinds of events."""

    def __init__(self, refused: set[int]) -> None:
        self.refused = refused
        self.callbacks: dict[int, tuple[Callable[..., None], Any]] = {}
        self.closed: Callable[..., None] | None = None

    def domainEventRegisterAny(  # noqa: N802 - libvirt's name
        self, domain: object, number: int, callback: Callable[..., None], opaque: Any
    ) -> int:
        assert domain is None
        if number in self.refused:
            raise libvirt.libvirtError("unsupported event")
        self.callbacks[number] = (callback, opaque)
        return number

    def registerCloseCallback(self, callback: Callable[..., None], opaque: Any) -> None:  # noqa: N802
        self.closed = lambda *rest: callback(self, *rest, opaque)


class Named:
    """A domain, as far as an event tells it."""

    def UUIDString(self) -> str:  # noqa: N802 - libvirt's name
        return UUID


ARGUMENTS = {
    libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE: (Change.LIFECYCLE, (5, 0)),
    libvirt.VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2: (Change.BLOCK_JOB, ("vda", 4, 3)),
    libvirt.VIR_DOMAIN_EVENT_ID_JOB_COMPLETED: (Change.JOB, ({"operation": 6},)),
    libvirt.VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE: (Change.AGENT, (1, 2)),
    libvirt.VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON: (Change.IO_ERROR, ("/x", "vda", 1, "enospc")),
    libvirt.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED: (Change.LIFECYCLE, ("vdb",)),
}


@pytest.mark.parametrize("number", ARGUMENTS)
def test_every_kind_of_event_names_its_domain_and_what_it_is_about(number: int) -> None:
    handle, seen = Recording(set()), list[Event]()
    events.register(handle, seen.append)
    change, arguments = ARGUMENTS[number]
    callback, opaque = handle.callbacks[number]
    callback(handle, Named(), *arguments, opaque)
    assert seen == [Event(change, UUID)]


def test_a_driver_that_knows_only_some_events_gives_those() -> None:
    refused = set(ARGUMENTS) - {libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE}
    handle, seen = Recording(refused), list[Event]()
    events.register(handle, seen.append)
    assert not refused & set(handle.callbacks)
    assert handle.closed is not None
    handle.closed(1)
    assert seen == [Event(Change.CLOSED)]


def test_events_come_from_libvirts_thread(opener: Opener) -> None:
    seen = list[tuple[Event, threading.Thread]]()
    connection = opener.open()
    connection.follow(lambda event: seen.append((event, threading.current_thread())))
    connection.lend(lambda handle: handle.lookupByName("d").suspend())
    deadline = time.monotonic() + 5
    while not seen and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [event for event, _ in seen] == [Event(Change.LIFECYCLE, UUID)]
    assert seen[0][1] is not threading.current_thread()
    assert seen[0][1].daemon


async def test_events_after_the_end_are_swallowed(
    opener: Opener, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with driving(opener, tmp_path) as driver:
        await driver.meet("d")
    connection = opener.open()
    for verb in ("suspend", "resume"):
        connection.lend(lambda handle, verb=verb: getattr(handle.lookupByName("d"), verb)())  # type: ignore[misc]
    await asyncio.sleep(0.2)
    assert capfd.readouterr().err == ""


def test_events_after_the_loop_is_closed_are_swallowed(
    opener: Opener, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async def follow() -> None:
        async with driving(opener, tmp_path) as driver:
            await driver.meet("d")

    asyncio.run(follow())
    opener.open().lend(lambda handle: handle.lookupByName("d").suspend())
    time.sleep(0.2)
    assert capfd.readouterr().err == ""
