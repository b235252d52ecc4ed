"""The rules of the house: style, types, layers, and what the README says of the keys."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kvmtui.ui.commands import COMMANDS, commands, keys_table

ROOT = Path(__file__).parent.parent
LONGEST = 300
"""Lines of a file that is still easy to read."""

CHECKS = (
    ("ruff", "check"),
    ("ruff", "format", "--check"),
    ("mypy",),
    ("lint-imports",),
)


@pytest.mark.parametrize("check", CHECKS, ids=" ".join)
def test_the_tree_passes(check: tuple[str, ...]) -> None:
    program = Path(sys.executable).with_name(check[0])
    done = subprocess.run(
        [program, *check[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_is_too_long_to_read() -> None:
    files = [*ROOT.glob("kvmtui/**/*.py"), *ROOT.glob("tests/**/*.py")]
    lengths = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in files}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_the_readme_has_the_keys_as_they_are() -> None:
    readme = (ROOT / "README.md").read_text()
    table = readme.partition("<!-- keys -->\n")[2].partition("\n<!-- /keys -->")[0]
    assert table == keys_table()


def test_no_key_has_two_commands() -> None:
    keys = [key for command in COMMANDS for key in command.keys.split(",")]
    assert sorted(keys) == sorted(set(keys))


def test_read_only_has_no_command_that_changes_anything() -> None:
    left = commands(readonly=True)
    assert left
    assert not any(command.dangerous or command.form for command in left)


@pytest.mark.parametrize("module", ["kvmtui.cli", "kvmtui.show", "kvmtui.connect"])
def test_plain_text_needs_no_textual(module: str) -> None:
    code = f"import sys, {module}; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0


def test_no_command_is_ever_given_to_a_shell() -> None:
    shell = re.compile(
        r"shell=|os\.(system|popen|spawn)|getoutput|subprocess_shell|\bpty\.|/bin/sh"
    )
    assert _lines(shell, "kvmtui") == []


def test_secrets_are_asked_for_only_where_they_go_back_to_libvirt() -> None:
    asked = {file for file, _ in _lines(re.compile(r"XML_SECURE\b"), "kvmtui/host", "kvmtui/ui")}
    assert asked == {"records.py", "restart.py"}


def _lines(sought: re.Pattern[str], *folders: str) -> list[tuple[str, str]]:
    """Files and lines of these folders in which something stands."""
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    return [
        (file.name, line)
        for file in files
        for line in file.read_text().splitlines()
        if sought.search(line)
    ]
