"""Gathers what the tests of a run prove, from all workers, and compares it with the README."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.lab import table

PROOF = "proof"
"""The user property by which a test's report carries [operation, libvirt, cell] here."""

UNPROVED = 10
"""Exit status of a run that proved less than is told, or left out a test that is required."""

LAB = Path(__file__).parent
NARROWING = ("keyword", "markexpr", "deselect")
"""pytest's options that leave tests out, besides ``--last-failed``."""

BEFORE = "kvmtui/proved"
"""Where pytest's cache keeps what a run has proved, for the one that runs what failed in it."""


class Ledger:
    """A pytest plugin; fails the run, or with `KVMTUI_DRAW=1` writes the table anew."""

    def __init__(self, readme: Path = table.README) -> None:
        self._readme = readme
        self._proved: dict[tuple[str, str], str] = {}
        self._wrong: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Only what a test that passed has proved counts."""
        if report.when != "call" or not report.passed:
            return
        for name, value in report.user_properties:
            if name == PROOF:
                assert isinstance(value, list)
                self._note(*value)

    def _note(self, operation: str, version: str, cell: str) -> None:
        other = self._proved.setdefault((operation, version), cell)
        if other != cell:
            told = f"{operation}, libvirt {version}: “{cell}” and “{other}” were proved"
            self._wrong.append(told)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        entire = self._with_the_run_before(session.config)
        passed = session.exitstatus == 0 and bool(self._proved)  # where no lab is, all is skipped
        whole = passed and entire
        text = self._readme.read_text()
        told = table.parse(text)
        if os.environ.get("KVMTUI_DRAW"):
            drawn = table.updated(told, self._proved, whole=whole)
            self._readme.write_text(table.draw(text, drawn))
        else:
            self._wrong += table.differences(told, self._proved, whole=whole)
        if self._wrong:
            session.exitstatus = UNPROVED

    def _with_the_run_before(self, config: pytest.Config) -> bool:
        """Whether all of the lab was run, where only what failed is run now: before or now."""
        entire = _everything(config)
        cache = getattr(config, "cache", None)
        if getattr(config.option, "lf", False):
            before = cache.get(BEFORE, {}) if cache is not None else {}
            entire = entire and bool(before.get("entire"))
            for cell in before.get("cells", ()):
                self._note(*cell)
        if cache is not None:
            cells = [[*key, cell] for key, cell in self._proved.items()]
            cache.set(BEFORE, {"entire": entire, "cells": cells})
        return entire

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._wrong:
            terminalreporter.section("the table of tests/lab/README.md is wrong", red=True)
            for line in self._wrong:
                terminalreporter.line(line)
            terminalreporter.line("KVMTUI_DRAW=1 writes it anew")


def _everything(config: pytest.Config) -> bool:
    """Whether the run has all tests of the lab in it."""
    places = [config.invocation_params.dir / arg for arg in config.args]
    narrowed = any(getattr(config.option, name, None) for name in NARROWING)
    return not narrowed and any(place.resolve() in (LAB, *LAB.parents) for place in places)
