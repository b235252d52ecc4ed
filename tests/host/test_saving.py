"""RAM that is being saved: who is asked how far that is, and for how long it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import libvirt
import pytest

from kvmtui.host.reader import Reader
from kvmtui.host.shelf import Shelf
from kvmtui.host.stale import Part
from kvmtui.host.turns import Turns
from kvmtui.host.virt import Connection, Opener
from kvmtui.model.job import JobKind
from kvmtui.plans.progress import Progress
from tests.worlds import domain, host

WEB = domain("web")


class Saving:
    """A domain whose RAM libvirt writes, and the connection to it, which knows no other."""

    def __init__(self) -> None:
        self.owed = 0
        """Milliseconds for which QEMU owes libvirt an answer."""
        self.asked = 0
        """How often libvirt was asked how far it is."""
        self.meanwhile: Callable[[], object] = lambda: None
        """What happens before it answers that."""

    def isAlive(self) -> bool:  # noqa: N802 - libvirt's name
        return True

    def close(self) -> None: ...

    def lookupByUUIDString(self, uuid: str) -> Saving:  # noqa: N802
        assert uuid == WEB.uuid
        return self

    def connect(self) -> Saving:
        return self

    def controlInfo(self, _flags: int) -> tuple[int, int, int]:  # noqa: N802
        if self.owed:
            return libvirt.VIR_DOMAIN_CONTROL_OCCUPIED, 0, self.owed
        return libvirt.VIR_DOMAIN_CONTROL_OK, 0, 0

    def domainListGetStats(self, *_: object) -> list[Any]:  # noqa: N802
        return []

    def jobStats(self, _flags: int) -> dict[str, int]:  # noqa: N802
        self.asked += 1
        self.meanwhile()
        kind = libvirt.VIR_DOMAIN_JOB_UNBOUNDED
        return {"type": kind, "data_processed": 1, "data_total": 4}


class Only(Opener):
    """Opens the connection to that domain."""

    def __init__(self, saving: Saving) -> None:
        super().__init__("qemu:///system")
        self._saving = saving

    def open(self) -> Connection:
        return Connection(self._saving)


@pytest.fixture
def saving() -> Saving:
    return Saving()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(host(WEB), lambda _host: None)


@pytest.fixture
def reader(saving: Saving, shelf: Shelf) -> Iterator[Reader]:
    """While a plan has that domain's RAM saved."""
    made = Reader(Only(saving), shelf)
    made.begin(WEB.uuid, Progress.MEMORY)
    yield made
    made.close()


def told(shelf: Shelf) -> list[tuple[JobKind, int, int]]:
    return [(job.kind, job.done, job.total) for job in shelf.host.domains[0].jobs]


async def read(reader: Reader) -> None:
    await reader._read_memory(WEB.uuid, Part.JOBS)


async def test_what_is_written_of_it_is_told(reader: Reader, saving: Saving, shelf: Shelf) -> None:
    await read(reader)
    assert saving.asked == 1
    assert told(shelf) == [(JobKind.MEMORY, 1, 4)]


async def test_nobody_asks_for_it_while_qemu_is_late(
    reader: Reader, saving: Saving, shelf: Shelf
) -> None:
    saving.owed = 60_000
    await read(reader)
    assert shelf.host.domains[0].silence is not None
    assert saving.asked == 0


async def test_nobody_asks_for_it_where_that_could_take_the_last_seat(
    reader: Reader, saving: Saving, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Turns, "scarce", True)
        await read(reader)
        assert saving.asked == 0
    await read(reader)
    assert saving.asked == 1


@pytest.mark.parametrize(
    "goes_on",
    [Reader.end, partial(Reader.begin, progress=Progress.NOTHING)],
    ids=["the plan is over", "the plan is at its next step"],
)
async def test_an_answer_that_comes_after_it_was_saved_is_not_told(
    goes_on: Callable[[Reader, str], None], reader: Reader, saving: Saving, shelf: Shelf
) -> None:
    loop = asyncio.get_running_loop()
    saving.meanwhile = lambda: loop.call_soon_threadsafe(goes_on, reader, WEB.uuid)
    await read(reader)
    assert saving.asked == 1
    assert told(shelf) == []
