"""Without QEMU the same fleet is there, and the note says what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvmtui.demo import premises
from kvmtui.demo.fleet import FLEET
from tests.demo.conftest import Start
from tests.demo.lair import Child, vanishes


def test_without_qemu(start: Start, tmp_path: Path) -> None:
    child = start("auto", env={"PATH": str(tmp_path)})
    assert child.hello["note"] == (
        "demo on libvirt's test driver: qemu-system-x86_64 is not installed; no disks or block jobs"
    )
    assert set(child.ask("facts")) == {machine.name for machine in FLEET}
    assert child.end() == 0
    assert vanishes(child.root)
    assert child.stderr() == ""


def test_without_libvirts_driver(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(premises, "PROGRAMS", ())
    monkeypatch.setenv("LIBVIRT_DRIVER_DIR", str(tmp_path))
    assert premises.obstacle(tmp_path) == "libvirt's QEMU driver is not installed"


def test_place_too_deep_for_sockets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(premises, "PROGRAMS", ())
    monkeypatch.setattr(premises, "_driver_module_exists", lambda: True)
    deep = tmp_path / ("d" * premises.LONGEST_ROOT)
    deep.mkdir()
    assert "too long for libvirt's sockets" in str(premises.obstacle(deep))


def test_snapshot_actions_work(fallback: Child) -> None:
    assert fallback.ask("snapshot", "intranet-web", "base-endurecida", "revert")[0] == 5
    last = FLEET[0].snapshots[-1].name
    assert fallback.ask("snapshot", "intranet-web", last, "revert")[0] == 1


def test_screen_stays_clean(fallback: Child) -> None:
    assert "error" in fallback.ask("call", "mail-gw", "snapshotLookupByName", "there is none")
    assert fallback.stderr() == ""
