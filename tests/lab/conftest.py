"""Fixtures of the lab: daemons, guests and blank domains, all gone when the test is over.

Environment:

- `KVMTUI_LAB=require`: what the machine lacks fails the tests; otherwise it skips them.
- `KVMTUI_LAB_DEBIAN=host,trixie`: on which Debians' libvirt every test runs; `host` is the default.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from tests.lab.daemon import Daemon, running
from tests.lab.debian import debootstrapped
from tests.lab.domain import LabDomain, define_blank
from tests.lab.guest import GuestDomain, define_guest
from tests.lab.image import build
from tests.lab.missing import Missing, program
from tests.lab.virsh import Virsh

HOST = "host"
TOOLS = (
    ("virsh", "libvirt-clients"),
    ("qemu-img", "qemu-utils"),
    ("qemu-io", "qemu-utils"),
    ("debugfs", "e2fsprogs"),
)
DEBIANS = os.environ.get("KVMTUI_LAB_DEBIAN", HOST).split(",")


class NewBlank(Protocol):
    def __call__(self, name: str = ..., *, disks: int = ..., mib: int = ...) -> LabDomain: ...


class NewGuest(Protocol):
    def __call__(
        self, name: str = ..., *, spare: bool = ..., machine: str = ...
    ) -> GuestDomain: ...


@contextmanager
def complete() -> Iterator[None]:
    """Skips the test, or fails it if the lab is required, when something is Missing."""
    try:
        yield
    except Missing as lack:
        if os.environ.get("KVMTUI_LAB") == "require":
            raise pytest.fail.Exception(f"the lab is required: {lack}", pytrace=False) from None
        pytest.skip(f"no lab: {lack}")


@pytest.fixture(scope="session", params=DEBIANS)
def daemon(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Daemon]:
    """A private libvirtd for the whole session, one after another of each Debian asked for."""
    with ExitStack() as stack:
        with complete():
            for name, package in TOOLS:
                program(name, package)
            root = None if request.param == HOST else debootstrapped(request.param)
            shared = [tmp_path_factory.getbasetemp()]
            started = stack.enter_context(running(root=root, shared=shared))
        yield started


@pytest.fixture(scope="session")
def image() -> None:
    """The guest's kernel and initramfs are built."""
    with complete():
        build()


@pytest.fixture
def virsh(daemon: Daemon) -> Virsh:
    """virsh, bound to the daemon of the test."""
    return daemon.virsh


@pytest.fixture
def new_blank(daemon: Daemon, tmp_path: Path) -> Iterator[NewBlank]:
    """Makes domains without a system, off, which end with the test; see define_blank."""
    with ExitStack() as stack:

        def make(name: str = "blank", *, disks: int = 1, mib: int = 16) -> LabDomain:
            made = define_blank(daemon, name, tmp_path, disks=disks, mib=mib)
            stack.callback(made.remove)
            return made

        yield make


@pytest.fixture
def blank(new_blank: NewBlank) -> LabDomain:
    """A running domain without a system: vda holds 0x11 in its first 64 KiB, vdb 0x22."""
    made = new_blank(disks=2)
    made.start()
    return made


@pytest.fixture
def new_guest(daemon: Daemon, image: None, tmp_path: Path) -> Iterator[NewGuest]:
    """Makes guests, off, which end with the test; see define_guest."""
    with ExitStack() as stack:

        def make(name: str = "guest", *, spare: bool = False, machine: str = "q35") -> GuestDomain:
            made = define_guest(daemon, name, tmp_path, spare=spare, machine=machine)
            stack.callback(made.remove)
            return made

        yield make


@pytest.fixture
def guest(new_guest: NewGuest) -> GuestDomain:
    """A running guest with one disk, whose agent answers."""
    made = new_guest()
    made.start()
    made.wait_agent()
    return made
