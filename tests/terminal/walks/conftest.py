"""Walks on every libvirt of the lab: what is behind the same keys differs from one to another."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.conftest import (  # noqa: F401 - fixtures are found by their names
    NewBlank,
    daemon,
    guest,
    image,
    new_blank,
)
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain
from tests.terminal import slow
from tests.terminal.conftest import surroundings
from tests.terminal.terminal import Terminal
from tests.terminal.walks.killed import SLOW, looking, make_deep


@pytest.fixture
def deep(new_blank: NewBlank) -> LabDomain:  # noqa: F811
    """A running domain with s1 to s3; 4 MiB of 0x77 lie below s3, and of 0x78 above it."""
    domain = make_deep(new_blank)
    domain.start()
    return domain


@pytest.fixture
def doomed(daemon: Daemon, deep: LabDomain, tmp_path: Path) -> Iterator[Terminal]:  # noqa: F811
    """kvmtui on that domain, whose merges take long."""
    words = [sys.executable, slow.__file__, str(SLOW), "-c", daemon.uri]
    terminal = Terminal(words, surroundings(tmp_path))
    looking(terminal, 4)
    yield terminal
    terminal.forget()
