"""The table of traps is that in the README, and its rules are kvmtui's."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import kvmtui.plans
from tests.lab import table
from tests.lab.traps import known
from tests.lab.versions import short


def rules() -> set[str]:
    """Every text in kvmtui's plans that may name a rule."""
    (folder,) = kvmtui.plans.__path__
    trees = (ast.parse(file.read_text()) for file in Path(folder).glob("**/*.py"))
    nodes = (node for tree in trees for node in ast.walk(tree))
    return {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def test_every_trap_has_a_rule() -> None:
    assert {trap.rule for trap in known.TRAPS} - rules() == set()


def test_the_readme_tells_of_all() -> None:
    text = known.README.read_text()
    if os.environ.get("KVMTUI_DRAW"):
        known.README.write_text(known.drawn(text))
    else:
        assert known.drawn(text) == text, "KVMTUI_DRAW=1 writes it anew"


def test_they_were_seen_on_what_the_lab_has_run_on() -> None:
    columns = table.columns(table.parse(known.README.read_text()))
    assert [short(libvirt) for libvirt in known.SEEN] == columns
