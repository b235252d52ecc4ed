"""How many odd inputs a run tries: few and always the same ones, or as many as one asks for."""

from __future__ import annotations

import os
import re
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

ASKED = os.environ.get("KVMTUI_EXAMPLES", "")

settings.register_profile(
    "kvmtui",
    max_examples=int(ASKED or 30),
    derandomize=not ASKED,
    print_blob=bool(ASKED),
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("kvmtui")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """How many inputs a property was tried with goes along with its report."""
    report = yield
    told = getattr(item, "hypothesis_statistics", "")
    if report.when == "teardown" and told:
        tried = sum(map(int, re.findall(r"(\d+) passing", told)))
        report.user_properties.append(("inputs", tried))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """All of them together."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    found = [
        int(str(value))
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "inputs" and report.when == "teardown"
    ]
    terminalreporter.write_line(f"{sum(found)} odd inputs tried on {len(found)} properties")
