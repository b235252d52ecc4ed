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
    assert touched.names({"web"}) == frozenset(), "there was nothing to compare with"
    assert touched.names({"web"}) == frozenset()
    record(records, "web", "s1")
    assert touched.names({"web"}) == frozenset({"web"})
    record(records, "new", "s1")
    (records / "mail" / "s1.xml").unlink()
    assert touched.names({"web"}) == frozenset({"new", "mail"})
    (records / "mail").rmdir()
    assert touched.names({"web"}) == frozenset({"mail"})
    assert touched.names({"web"}) == frozenset()


@pytest.mark.parametrize("recorded", [(), ("web", "other")], ids=["none known", "another daemon's"])
def test_folders_are_believed_only_where_they_fit_what_is_known(
    records: Path, recorded: tuple[str, ...]
) -> None:
    record(records, "web", "s1")
    touched = Touched(None)
    assert [touched.names(recorded) for _ in range(2)] == [None, None]
    record(records, "web", "s2")
    assert touched.names(recorded) is None


def test_where_nobody_can_look_nothing_is_said(
    records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touched = Touched(None)
    assert [touched.names({"web"}) for _ in range(2)] == [None, None], "there is no folder"
    monkeypatch.setattr(keeping, "folder", lambda _handle: "")
    assert [touched.names({"web"}) for _ in range(2)] == [None, None]
    monkeypatch.setattr(keeping, "folder", lambda _handle: str(records))
    record(records, "web", "s1")
    assert touched.names({"web"}) == frozenset(), "what was before is not known"
