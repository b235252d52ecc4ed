"""The installed program in terminals that end with the test, and what it leaves behind."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from kvmtui.demo.premises import obstacle
from tests.lab.conftest import (  # noqa: F401 - fixtures are found by their names
    complete,
    daemons,
    new_blank,
    say,
)
from tests.lab.daemon import Daemon
from tests.lab.domain import LabDomain, define_blank
from tests.lab.versions import HOST
from tests.terminal.screen import layers
from tests.terminal.terminal import Terminal

PROGRAM = Path(sys.executable).with_name("kvmtui")

NOISE = re.compile(
    rb"libvirt: [A-Za-z ]{0,40}error :|[0-9]\+0000: [0-9]+: (debug|info|warning|error) :"
    rb"|Traceback|Exception"
)
"""What libvirt and Python write when nobody holds them back."""

Run = Callable[..., Terminal]


def surroundings(state: Path, **more: str) -> dict[str, str]:
    """An environment without anything that would lead the program elsewhere."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    plain = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "XDG_STATE_HOME": str(state)}
    return {**kept, **plain, **more}


@contextmanager
def running(state: Path, *arguments: str, **more: str) -> Iterator[Terminal]:
    """kvmtui with these arguments in a terminal; nothing but its screen may appear there."""
    terminal = Terminal([str(PROGRAM), *arguments], surroundings(state, **more))
    try:
        yield terminal
        assert not NOISE.search(terminal.display.raw), terminal.display.raw
    finally:
        terminal.forget()


@pytest.fixture(scope="session")
def daemon(daemons: Callable[[str], Daemon]) -> Daemon:  # noqa: F811
    """The machine's own libvirt alone: in what others differ, a terminal makes no difference."""
    with complete():
        return daemons(HOST)


@pytest.fixture
def kvmtui(tmp_path: Path) -> Iterator[Run]:
    """Starts kvmtui in a terminal of its own."""
    with ExitStack() as stack:

        def run(*arguments: str, **more: str) -> Terminal:
            return stack.enter_context(running(tmp_path, *arguments, **more))

        yield run


Plain = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def plain(tmp_path: Path) -> Plain:
    """Runs kvmtui without a terminal, as in a pipe."""

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAM, *arguments],
            env=surroundings(tmp_path, **more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def burrow() -> Iterator[Path]:
    """A folder with a short path, in which demos make their roots."""
    reason = obstacle(Path("/var/tmp"))
    if reason is not None:
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="t", dir="/var/tmp"))
    folder.chmod(0o755)  # a superuser's demo opens its host with an ordinary user's rights
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the module's kvmtui keeps its journal."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def domain(daemon: Daemon, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabDomain]:
    """A running domain without snapshots; every test of the module leaves it so."""
    made = define_blank(daemon, "blank", tmp_path_factory.mktemp("disks"))
    made.start()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def screen(daemon: Daemon, domain: LabDomain, state: Path) -> Iterator[Terminal]:
    """kvmtui looking at that domain."""
    with running(state, "-c", daemon.uri) as terminal:
        terminal.until(lambda text: layers(text) == 1)
        yield terminal
