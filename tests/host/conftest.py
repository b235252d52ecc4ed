"""The embedded host: libvirt's QEMU driver in this very process, with real QEMUs, one for all."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import pytest

from kvmtui.demo import host
from kvmtui.demo.premises import obstacle
from kvmtui.host.virt import Connection, Opener
from tests.host.driver import Driver, driving
from tests.host.machine import Machine, define
from tests.lab.scene import FEW_QUESTIONS


class Borrowed:
    """The one connection to the embedded host, which forgets its listeners with the test.

    libvirt takes no second listener to the same event on one connection.
    """

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._listeners: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._handle, name)

    def domainEventRegisterAny(self, *arguments: Any) -> int:  # noqa: N802 - libvirt's name
        self._listeners.append(self._handle.domainEventRegisterAny(*arguments))
        return self._listeners[-1]

    def give_back(self) -> None:
        while self._listeners:
            self._handle.domainEventDeregisterAny(self._listeners.pop())


class Embedded(Opener):
    """Opens the embedded host; all connections are the same one."""

    def __init__(self, uri: str, handle: Any) -> None:
        super().__init__(uri)
        self.handle = Borrowed(handle)

    def open(self) -> Connection:
        return Connection(self.handle, shared=True)

    def folder(self, *parts: str) -> Path:
        """One of libvirt's own, below the root."""
        (root,) = parse_qs(urlsplit(self.uri).query)["root"]
        return Path(root, *parts)

    def qemu(self, name: str) -> int:
        """The process of a running machine, whatever others of that name run on this computer."""
        return int(self.folder("run", "qemu", f"{name}.pid").read_text())


class NewMachine(Protocol):
    def __call__(self, name: str = ..., *, disks: int = ..., mib: int = ...) -> Machine: ...


@pytest.fixture(scope="session")
def root() -> Iterator[Embedded]:
    """One for all tests, as libvirt allows no second root in a process."""
    reason = obstacle(Path("/var/tmp"))
    if reason is not None:
        pytest.skip(reason)
    with mock.patch.dict(os.environ):
        os.environ.pop("TMPDIR", None)  # the path to the demo's root must be short
        demo = host.prepare("embed")
        with demo.places.qemu_conf.open("a") as conf:
            conf.write(FEW_QUESTIONS)
        handle = Opener(demo.uri, around=demo.opening).open().handle
    yield Embedded(demo.uri, handle)
    assert demo.close(20)


@pytest.fixture
def embedded(root: Embedded) -> Iterator[Embedded]:
    """The embedded host, without domains and listeners when the test is over."""
    yield root
    root.handle.give_back()


@pytest.fixture
def new_machine(embedded: Embedded, tmp_path: Path) -> Iterator[NewMachine]:
    """Makes machines, off, which end with the test."""
    with ExitStack() as stack:

        def make(name: str = "m", *, disks: int = 1, mib: int = 24) -> Machine:
            made = define(embedded.handle, name, tmp_path, disks=disks, mib=mib)
            stack.callback(made.remove)
            return made

        yield make


@pytest.fixture
def machine(new_machine: NewMachine) -> Machine:
    """A running machine with one disk."""
    made = new_machine()
    made.start()
    return made


@pytest.fixture
async def driver(embedded: Embedded, tmp_path: Path) -> AsyncIterator[Driver]:
    """Follows the embedded host."""
    async with driving(embedded, tmp_path / "state") as made:
        yield made
