"""Whatever ends the demo, nothing of it is left."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path

import pytest

from kvmtui.demo.fleet import FLEET
from tests.demo.conftest import Start
from tests.demo.lair import remains, vanishes

pytestmark = [pytest.mark.embed, pytest.mark.usefixtures("qemu")]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL])
def test_signal_in_the_middle_of_the_making(number: signal.Signals, start: Start) -> None:
    child = start("embed")
    assert child.ask("begin") == 1
    assert len(remains(child.root)) >= 2
    child.signal(number)
    assert vanishes(child.root)


def test_quitting_does_not_wait(start: Start) -> None:
    child = start("embed")
    child.ask("populate")
    assert len(remains(child.root)) == 5
    seconds, gone = child.ask("close")
    assert seconds < 0.1
    assert gone
    assert remains(child.root) == []
    assert child.stderr() == ""


def test_closing_stops_the_making(start: Start) -> None:
    child = start("embed")
    child.ask("begin")
    _, gone = child.ask("close")
    assert gone
    assert remains(child.root) == []


def test_end_of_the_process(start: Start) -> None:
    child = start("embed")
    child.ask("begin")
    assert child.end() == 0
    assert vanishes(child.root)
    assert child.stderr() == ""


def test_ordinary_user_leaves_nothing_at_home(start_ordinary: Start) -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="u") as home:
        if os.geteuid() == 0:
            os.chown(home, 65534, 65534)
        child = start_ordinary("embed", env={"HOME": home, "TMPDIR": home})
        assert child.root.parent == Path(home)
        child.ask("populate")
        assert set(child.ask("facts")) == {machine.name for machine in FLEET}
        assert child.root.stat().st_uid != 0
        _, gone = child.ask("close")
        assert gone
        assert list(Path(home).iterdir()) == []
        assert child.stderr() == ""
