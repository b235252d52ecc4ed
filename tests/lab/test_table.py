"""The tables in the lab's README: no cell is empty there, and they say what was proved."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.lab import table
from tests.lab.ledger import PROOF, UNPROVED, Ledger

TEXT = "before\n<!-- table -->\n<!-- /table -->\nafter\n"
TOLD = {
    ("create: internal, off", "9.0"): "works",
    ("create: internal, off", "11.3"): "works by fallback",
    ("delete: external", "9.0"): "refused: no",
    ("delete: external", "11.3"): "works",
}


def test_no_cell_is_empty_and_the_libvirts_of_both_debians_are_told() -> None:
    told = table.parse(table.README.read_text())
    assert {"9.0", "11.3"} <= {*table.columns(told)}
    assert {operation.partition(":")[0] for operation, _ in told} == {*table.KINDS}
    assert table.empty(told) == []


def test_a_drawn_table_is_read_back_and_the_text_around_it_stays() -> None:
    drawn = table.draw(TEXT, TOLD)
    assert drawn.startswith("before\n")
    assert drawn.endswith("after\n")
    head = "### Create\n\n| Operation | libvirt 9.0 | libvirt 11.3 |\n| --- | --- | --- |\n"
    assert f"{head}| internal, off | works | works by fallback |\n\n### Delete\n" in drawn
    assert table.parse(drawn) == TOLD
    assert table.draw(drawn, TOLD) == drawn
    sid = {**TOLD, ("create: internal, off", "12.8"): "works"}
    assert table.parse(table.draw(drawn, sid)) == sid


def test_what_is_the_same_running_and_off_takes_one_row() -> None:
    told = {
        ("create: internal, running", "9.0"): "works",
        ("create: internal, off", "9.0"): "works",
        ("revert: disk-only, taken running, into paused", "9.0"): "works",
        ("revert: disk-only, taken off, into paused", "9.0"): "works",
        ("delete: external, others branch off below it, running", "9.0"): "works",
        ("delete: external, others branch off below it, off", "9.0"): "refused: no",
    }
    drawn = table.draw(TEXT, told)
    rows = [line for line in drawn.splitlines() if line.startswith("| ") and "works" in line]
    assert rows == [
        "| internal, running or off | works |",
        "| disk-only, taken running or off, into paused | works |",
        "| external, others branch off below it, running | works |",
    ]
    assert table.parse(drawn) == told


@pytest.mark.parametrize(
    ("proved", "whole", "told"),
    [
        (TOLD, True, []),
        ({("create: internal, off", "9.0"): "works"}, False, []),
        (
            {("create: internal, off", "9.0"): "refused: x"},
            False,
            ["create: internal, off, libvirt 9.0: refused: x"],
        ),
        ({("record: rename", "9.0"): "works"}, False, ["record: rename, libvirt 9.0: works"]),
        (
            {("create: internal, off", "9.0"): "works"},
            True,
            ["delete: external, libvirt 9.0: the README tells it"],
        ),
        ({("create: internal, off", "12.8"): "works"}, True, []),
    ],
)
def test_what_differs_is_told(
    proved: dict[tuple[str, str], str], whole: bool, told: list[str]
) -> None:
    found = table.differences(TOLD, proved, whole=whole)
    assert [line.partition(";")[0].partition(", no test")[0] for line in found] == told


def test_a_whole_run_drops_what_no_test_proves_any_more() -> None:
    proved = {("create: internal, off", "9.0"): "works by fallback"}
    kept = {
        ("create: internal, off", "9.0"): "works by fallback",
        ("create: internal, off", "11.3"): "works by fallback",
    }
    assert table.updated(TOLD, proved, whole=True) == kept
    assert table.updated(TOLD, proved, whole=False) == {**TOLD, **kept}


def report(cell: str, *, outcome: str = "passed") -> Any:
    properties = [(PROOF, ["create: internal, off", "9.0", cell])]
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
        assert run.exitstatus == (0 if draws else UNPROVED)
        assert table.parse(readme.read_text())["create: internal, off", "9.0"] == (
            "refused: no" if draws else "works"
        )
        monkeypatch.setenv("KVMTUI_DRAW", "1")


@pytest.mark.parametrize("draws", ["", "1"])
def test_a_run_that_proves_nothing_drops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, draws: str
) -> None:
    monkeypatch.setenv("KVMTUI_DRAW", draws)
    readme = tmp_path / "README.md"
    readme.write_text(table.draw(TEXT, TOLD))
    run = session()
    run.config.args = ["tests/lab"]
    Ledger(readme).pytest_sessionfinish(run)
    assert (run.exitstatus, table.parse(readme.read_text())) == (0, TOLD)


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
    assert run.exitstatus == UNPROVED


class Cache(dict[str, Any]):
    """pytest's cache, as far as it is used."""

    def set(self, key: str, value: object) -> None:
        self[key] = value


@pytest.mark.parametrize("entire", [True, False])
def test_a_run_of_what_failed_must_prove_what_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entire: bool
) -> None:
    """The cells of the tests that passed before count, and none may be left out."""
    monkeypatch.delenv("KVMTUI_DRAW", raising=False)
    readme, cache = tmp_path / "README.md", Cache()
    told = {("create: internal, off", "9.0"): "works", ("delete: external", "9.0"): "works"}
    readme.write_text(table.draw(TEXT, told))

    def finished(proves: tuple[str, ...], status: int = 0, *, again: bool = False) -> int:
        ledger, run = Ledger(readme), session(status)
        run.config.args = ["tests/lab"] if entire else ["tests/lab/test_x.py"]
        run.config.cache, run.config.option.lf = cache, again
        for operation in proves:
            properties = [(PROOF, [operation, "9.0", "works"])]
            passed: Any = SimpleNamespace(when="call", passed=True, user_properties=properties)
            ledger.pytest_runtest_logreport(passed)
        ledger.pytest_sessionfinish(run)
        return int(run.exitstatus)

    assert finished(("delete: external",), status=1) == 1
    assert finished((), again=True) == (UNPROVED if entire else 0)
    assert finished(("create: internal, off",), again=True) == 0
    assert finished(("delete: external",)) == (UNPROVED if entire else 0)
