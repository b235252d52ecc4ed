"""Demo children: one with the complete fleet on each driver, and others to be ill-treated."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kvmtui.demo.premises import obstacle
from tests.demo.lair import Child

Start = Callable[..., Child]


@pytest.fixture(scope="session", autouse=True)
def _short_paths() -> Iterator[None]:
    """Let demos choose their place by themselves, whatever TMPDIR the test run has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TMPDIR", raising=False)
        yield


@pytest.fixture(scope="session")
def qemu() -> None:
    """Skip where QEMU or libvirt's driver for it is missing."""
    reason = obstacle(Path("/var/tmp"))
    if reason is not None:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def embedded(qemu: None) -> Iterator[Child]:
    """The complete fleet on QEMU; tests may change it, each a machine of its own."""
    child = Child("embed")
    child.ask("populate")
    yield child
    child.forget()


@pytest.fixture(scope="session")
def fallback() -> Iterator[Child]:
    """The complete fleet on libvirt's test driver."""
    child = Child("test")
    child.ask("populate")
    yield child
    child.forget()


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a child that a test may end as it likes."""
    children: list[Child] = []

    def start_one(driver: str, **keywords: object) -> Child:
        child = Child(driver, **keywords)  # type: ignore[arg-type]
        children.append(child)
        return child

    yield start_one
    for child in children:
        child.forget()


@pytest.fixture
def as_nobody() -> tuple[str, ...]:
    """The words that run a program as an ordinary user."""
    if os.geteuid() != 0:
        return ()
    return ("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups")
