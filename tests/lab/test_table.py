"""The table in the lab's README: nothing is missing there, and it says what was proved."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.lab import table
from tests.lab.ledger import PROOF, Ledger

TEXT = "before\n<!-- table -->\n<!-- /table -->\nafter\n"
TOLD = {
    ("create", "9.0"): "works",
    ("create", "11.3"): "works by fallback",
    ("delete", "9.0"): "refused: no",
    ("delete", "11.3"): "works",
}


def test_a_drawn_table_is_read_back_and_the_text_around_it_stays() -> None:
    drawn = table.draw(TEXT, TOLD)
    assert drawn.startswith("before\n")
    assert drawn.endswith("after\n")
    assert "| Operation | libvirt 9.0 | libvirt 11.3 |\n" in drawn
    assert table.parse(drawn) == TOLD
    assert table.draw(drawn, TOLD) == drawn
    sid = {**TOLD, ("create", "12.8"): "works"}
    assert table.parse(table.draw(drawn, sid)) == sid


@pytest.mark.parametrize(
    ("proved", "whole", "told"),
    [
        (TOLD, True, []),
        ({("create", "9.0"): "works"}, False, []),
        ({("create", "9.0"): "refused: x"}, False, ["create, libvirt 9.0: refused: x"]),
        ({("rename", "9.0"): "works"}, False, ["rename, libvirt 9.0: works"]),
        ({("create", "9.0"): "works"}, True, ["delete, libvirt 9.0: the README tells it"]),
        ({("create", "12.8"): "works"}, True, []),
    ],
)
def test_what_differs_is_told(
    proved: dict[tuple[str, str], str], whole: bool, told: list[str]
) -> None:
    found = table.differences(TOLD, proved, whole=whole)
    assert [line.partition(";")[0].partition(", no test")[0] for line in found] == told


def test_a_whole_run_drops_what_no_test_proves_any_more() -> None:
    proved = {("create", "9.0"): "works by fallback"}
    kept = {("create", "9.0"): "works by fallback", ("create", "11.3"): "works by fallback"}
    assert table.updated(TOLD, proved, whole=True) == kept
    assert table.updated(TOLD, proved, whole=False) == {**TOLD, **kept}


def report(cell: str, *, outcome: str = "passed") -> Any:
    properties = [(PROOF, ["create", "9.0", cell])]
    passed = outcome == "passed"
    return SimpleNamespace(when="call", passed=passed, user_properties=properties)


def session(status: int = 0) -> Any:
    config = SimpleNamespace(
        args=["tests/lab/test_x.py"],
        option=SimpleNamespace(),
        invocation_params=SimpleNamespace(dir=Path.cwd()),
    )
    return SimpleNamespace(exitstatus=status, config=config)


def test_the_ledger_writes_only_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(table.draw(TEXT, TOLD))
    monkeypatch.delenv("KVMTUI_DRAW", raising=False)
    for draws in (False, True):
        ledger, run = Ledger(readme), session()
        ledger.pytest_runtest_logreport(report("refused: no"))
        ledger.pytest_sessionfinish(run)
        assert run.exitstatus == (0 if draws else 1)
        assert table.parse(readme.read_text())["create", "9.0"] == (
            "refused: no" if draws else "works"
        )
        monkeypatch.setenv("KVMTUI_DRAW", "1")


def test_a_test_that_fails_proves_nothing_and_two_that_disagree_fail_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KVMTUI_DRAW", raising=False)
    readme = tmp_path / "README.md"
    readme.write_text(table.draw(TEXT, TOLD))
    ledger, run = Ledger(readme), session()
    ledger.pytest_runtest_logreport(report("refused: no", outcome="failed"))
    ledger.pytest_runtest_logreport(report("works"))
    ledger.pytest_sessionfinish(run)
    assert run.exitstatus == 0
    ledger.pytest_runtest_logreport(report("works by fallback"))
    ledger.pytest_sessionfinish(run)
    assert run.exitstatus == 1
