"""Whose records were written, by the times of their folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kvmtui.host.virt import keeping
from kvmtui.host.virt.touched import Touched


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(keeping, "folder", lambda _handle: str(tmp_path / "records"))
    return tmp_path / "records"


def record(records: Path, domain: str, name: str) -> None:
    """As libvirt writes one: by a new file."""
    folder = records / domain
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.new").write_text("x")
    os.replace(folder / f"{name}.new", folder / f"{name}.xml")


def test_a_new_a_changed_and_a_removed_record_are_seen(records: Path) -> None:
    for name in ("web", "mail", "db"):
        record(records, name, "s1")
    touched = Touched(None)
    assert touched.names() is None, "there was nothing to compare with"
    assert touched.names() == frozenset()
    record(records, "web", "s1")
    assert touched.names() == frozenset({"web"})
    record(records, "new", "s1")
    (records / "mail" / "s1.xml").unlink()
    assert touched.names() == frozenset({"new", "mail"})
    (records / "mail").rmdir()
    assert touched.names() == frozenset({"mail"})
    assert touched.names() == frozenset()


def test_before_the_first_record_there_is_no_folder(records: Path) -> None:
    touched = Touched(None)
    assert touched.names() is None
    record(records, "web", "s1")
    assert touched.names() == frozenset({"web"})


def test_where_nobody_can_look_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "folder", lambda _handle: "")
    touched = Touched(None)
    assert [touched.names() for _ in range(3)] == [None, None, None]
