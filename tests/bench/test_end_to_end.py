"""The bench itself, on three domains: kvmtui starts, its calls are counted, a key is answered."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.bench.bench import useful
from tests.bench.daemon import Daemon, daemons
from tests.bench.fleet import Fleet
from tests.bench.program import Program
from tests.bench.relay import calls, relayed
from tests.lab.conftest import complete
from tests.lab.virsh import Virsh

pytestmark = [pytest.mark.lab, pytest.mark.terminal]

FLEET = Fleet(3, 4)

QUIET = 12.0
"""Seconds."""

IDLE_CALLS = 30
"""A minute, at most."""

KVMTUI = Path(sys.executable).with_name("kvmtui")


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    with ExitStack() as stack:
        with complete():
            running = stack.enter_context(daemons()).running(FLEET)
            made = stack.enter_context(running)
        yield made


def test_the_fleet_is_what_libvirt_would_have_written(daemon: Daemon) -> None:
    virsh = daemon.virsh
    assert virsh("list", "--all", "--name").split() == ["node-00000", "node-00001", "node-00002"]
    names = [Fleet.snapshot(1, level) for level in range(1, 5)]
    assert virsh("snapshot-list", "node-00001", "--name", "--topological").split() == names
    assert virsh("snapshot-current", "node-00001", "--name") == names[-1]
    assert len(virsh("snapshot-dumpxml", "node-00001", names[0])) > 5000


def test_calls_are_counted(daemon: Daemon, tmp_path: Path) -> None:
    with relayed(daemon) as relay:
        argv = [str(KVMTUI), "-c", relay.uri]
        with Program(argv, XDG_STATE_HOME=str(tmp_path)) as program:
            took = program.until(useful)
            counted = calls(relay.seen(), program.began, program.began + took / 1000)
            assert counted["open"]
            assert counted["list of snapshots"]
            assert counted.total() <= 10 + FLEET.snapshots
            assert program.press("j").size
            end = program.quit()
            assert end.restored
            assert program.process.returncode == 0


def test_more_domains_take_no_more_calls(daemon: Daemon, tmp_path: Path) -> None:
    """Neither until the first screen is there, nor while nothing happens."""
    asked, idle = [], []
    with ExitStack() as stack:
        many = stack.enter_context(daemons()).running(Fleet(40, FLEET.snapshots))
        for each in (daemon, stack.enter_context(many)):
            with relayed(each) as relay:
                argv = [str(KVMTUI), "-c", relay.uri]
                with Program(argv, XDG_STATE_HOME=str(tmp_path)) as program:
                    took = program.until(useful)
                    counted = calls(relay.seen(), program.began, program.began + took / 1000)
                    asked.append(counted["open"] + counted["list of snapshots"])
                    assert counted.total() <= 10 + FLEET.snapshots
                    each.rest(quiet=2.0)
                    began = time.perf_counter()
                    time.sleep(QUIET)
                    idle.append(calls(relay.seen(), began, began + QUIET).total())
    assert asked[0] == asked[1]
    assert max(idle) <= IDLE_CALLS * QUIET / 60, idle


def test_a_long_way_takes_its_time(daemon: Daemon) -> None:
    took = []
    for trip in (0, 50):
        with relayed(daemon, trip) as relay:
            virsh = Virsh(relay.uri)
            began = time.perf_counter()
            virsh("uri")
            took.append(time.perf_counter() - began)
            count = calls(relay.seen(), began, time.perf_counter()).total()
    assert took[1] - took[0] > 0.05 * count / 2
