"""Demo children: one with the complete fleet on each driver, and others to be ill-treated."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import lxml
import msgspec
import pytest

import kvmtui
import tests
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
def start_ordinary(start: Start) -> Iterator[Start]:
    """Start a child as an ordinary user.

    It gets copies of what it imports: nobody else can read what is in a superuser's home.
    """
    if os.geteuid() != 0:
        yield start
        return
    setpriv = ("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups")
    python = (*setpriv, str(Path(sys.executable).resolve()))
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="p") as folder:
        os.chmod(folder, 0o755)
        for package in (kvmtui, tests, lxml, msgspec):
            source = Path(package.__file__ or "").parent
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, Path(folder) / package.__name__, ignore=ignored)

        def start_one(driver: str, env: dict[str, str]) -> Child:
            return start(driver, python=python, env={**env, "PYTHONPATH": folder})

        yield start_one
