"""What holds for the whole run: how it is dealt out, what must not be skipped, what it proves."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from tests.lab.ledger import UNPROVED, Ledger
from tests.units import Units

LONG = {"bench", "lab", "terminal", "demo", "host", "ui"}
"""Folders with tests that wait for daemons, guests or screens."""


def pytest_configure(config: pytest.Config) -> None:
    """The process that gets all reports keeps the ledger; workers of xdist do not.

    What ends a program is given its effect back: in the background, or under nohup, programs that
    the tests start would ignore it.
    """
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Ledger())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Workers begin with what takes long, so that nobody is left with it at the end."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: LONG.isdisjoint(item.path.parts[-4:-1]))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Units:
    return Units(config, log)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With ``KVMTUI_REQUIRE=all`` a skipped test fails the run, so a tier cannot get lost."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("KVMTUI_REQUIRE") == "all" and skipped:
        session.exitstatus = UNPROVED
