"""Fixtures of the lab: daemons, guests and blank domains, all gone when the test is over.

Environment:

- `KVMTUI_LAB=require`: what the machine lacks fails the tests; otherwise it skips them.
- `KVMTUI_LAB_DEBIAN=host,trixie,sid`: on which Debians' libvirt every test runs.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Protocol

import pytest

from kvmtui.host.virt import Opener
from tests.host.driver import Driver, driving
from tests.lab import sources
from tests.lab.booted import define_booted
from tests.lab.daemon import Daemon, running
from tests.lab.debian import debootstrapped
from tests.lab.domain import LabDomain, define_blank
from tests.lab.guest import GuestDomain, define_guest
from tests.lab.image import Image, build
from tests.lab.missing import Missing, program
from tests.lab.progress import Say, aloud
from tests.lab.proof import Proves, prover
from tests.lab.versions import HOST, chosen
from tests.lab.virsh import Virsh

TOOLS = (
    ("virsh", "libvirt-clients"),
    ("qemu-img", "qemu-utils"),
    ("qemu-io", "qemu-utils"),
    ("debugfs", "e2fsprogs"),
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of the lab itself, on the machine's own libvirt, are left out where it is not run."""
    if HOST not in chosen():
        own = [item for item in items if _parameters(item).get("daemon") == HOST]
        items[:] = [item for item in items if item not in own]
        config.hook.pytest_deselected(items=own)


def _parameters(item: pytest.Item) -> dict[str, object]:
    return item.callspec.params if hasattr(item, "callspec") else {}


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


@pytest.fixture(scope="session")
def say(request: pytest.FixtureRequest) -> Say:
    """Tells progress on the terminal, whatever pytest captures."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def tell(line: str) -> None:
        with capture.global_and_fixture_disabled():
            aloud(f"\n{line}")

    return tell


@pytest.fixture(scope="session")
def daemons(
    say: Say, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Daemon]]:
    """Starts the daemon of a Debian, or finds the one that runs; all end with the session."""
    with ExitStack() as stack:

        @cache
        def start(debian: str) -> Daemon | Missing:
            try:
                for name, package in TOOLS:
                    program(name, package)
                root = None if debian == HOST else debootstrapped(debian, say)
                shared = [tmp_path_factory.getbasetemp()]
                return stack.enter_context(running(root=root, shared=shared))
            except Missing as lack:
                return lack

        def find(debian: str) -> Daemon:
            found = start(debian)
            if isinstance(found, Missing):
                raise found
            return found

        yield find


@pytest.fixture(scope="session", params=chosen())
def daemon(request: pytest.FixtureRequest, daemons: Callable[[str], Daemon]) -> Daemon:
    """A private libvirtd, of one Debian after another."""
    with complete():
        return daemons(request.param)


@pytest.fixture(scope="session")
def image(say: Say) -> Image:
    """The guest's kernel and initramfs."""
    with complete():
        return build(say)


@pytest.fixture
def virsh(daemon: Daemon) -> Virsh:
    """virsh, bound to the daemon of the test."""
    return daemon.virsh


@pytest.fixture
def opener(daemon: Daemon) -> Opener:
    """Connects kvmtui to the daemon."""
    return Opener(daemon.remote)


@pytest.fixture
async def driver(opener: Opener, tmp_path: Path) -> AsyncIterator[Driver]:
    """Follows the daemon's host as kvmtui does."""
    async with driving(opener, tmp_path / "state") as made:
        yield made


@pytest.fixture
def proves(request: pytest.FixtureRequest, driver: Driver) -> Proves:
    """Carries operations out for the table in README.md, which says how to use this."""
    return prover(request.node, driver)


@pytest.fixture
def new_blank(daemon: Daemon, tmp_path: Path) -> Iterator[NewBlank]:
    """Makes domains without a system, off, which end with the test; see define_blank."""
    with ExitStack() as stack:

        def make(name: str = "blank", *, disks: int = 1, mib: int = 16) -> LabDomain:
            made = define_blank(daemon, name, tmp_path, disks=disks, mib=mib)
            stack.callback(made.remove)
            return made

        yield make


@pytest.fixture(params=["running", "off"])
def either(new_blank: NewBlank, request: pytest.FixtureRequest) -> LabDomain:
    """A domain like `blank` with one disk, running or off."""
    made = new_blank(mib=24)
    if request.param == "running":
        made.start()
    return made


@pytest.fixture
def blank(new_blank: NewBlank) -> LabDomain:
    """A running domain without a system: vda holds 0x11 in its first 64 KiB, vdb 0x22."""
    made = new_blank(disks=2)
    made.start()
    return made


@pytest.fixture
def pool(virsh: Virsh, tmp_path: Path) -> Iterator[Path]:
    """The folder of the disks, which is the active storage pool `images`."""
    with complete(), sources.pooled(virsh, "images", tmp_path):
        yield tmp_path


@pytest.fixture
def new_guest(daemon: Daemon, image: Image, tmp_path: Path) -> Iterator[NewGuest]:
    """Makes guests, off, which end with the test; see define_guest."""
    with ExitStack() as stack:

        def make(name: str = "guest", *, spare: bool = False, machine: str = "q35") -> GuestDomain:
            made = define_guest(daemon, image, name, tmp_path, spare=spare, machine=machine)
            stack.callback(made.remove)
            return made

        yield make


@pytest.fixture
def guest(daemon: Daemon, image: Image, tmp_path: Path) -> Iterator[GuestDomain]:
    """A running guest with one disk, whose agent answers."""
    made = define_booted(daemon, image, tmp_path)
    yield made
    made.remove()
