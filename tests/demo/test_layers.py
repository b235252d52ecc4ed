"""Every layer of the deep chain really holds its data, and merging keeps it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from kvmtui.demo.fleet import ERP, HOT_OFFSET, HOT_PAGE, HOT_PATTERN, Snapshot, Writing
from kvmtui.demo.places import Places
from tests.demo.lair import Child

pytestmark = pytest.mark.embed
DISK = ERP.disks[0]
LAYERS = [snapshot for snapshot in ERP.snapshots if snapshot.writing is not None]


def holds(path: Path, pattern: int, offset: int, length: int) -> bool:
    """Whether an image, with what lies below it, reads as one pattern in an extent."""
    command = ["qemu-io", "-r", "-U", "-f", "qcow2", "-c", f"read -P {pattern} {offset} {length}"]
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    return done.returncode == 0 and "failed" not in done.stdout


def holds_all(path: Path, writing: Writing) -> bool:
    """Whether every extent of a layer's data reads back."""
    return all(holds(path, writing.pattern, *extent) for extent in writing.extents(DISK.size))


def own_extents(path: Path) -> set[int]:
    """Offsets at which data begin that lie in this very file."""
    command = ["qemu-img", "map", "-U", "--output=json", "-f", "qcow2", str(path)]
    done = subprocess.run(command, capture_output=True, check=True)
    return {part["start"] for part in json.loads(done.stdout) if part["depth"] == 0}


@pytest.mark.parametrize("snapshot", LAYERS[:-1], ids=lambda snapshot: snapshot.name)
def test_layer_holds_its_data(snapshot: Snapshot, embedded: Child) -> None:
    path = Places(embedded.root).overlay(ERP, DISK, snapshot)
    assert snapshot.writing is not None
    assert holds_all(path, snapshot.writing)
    assert {offset for offset, _ in snapshot.writing.extents(DISK.size)} <= own_extents(path)
    assert holds(path, HOT_PATTERN, HOT_OFFSET, HOT_PAGE)


def test_pattern_is_told_from_another(embedded: Child) -> None:
    assert not holds(Places(embedded.root).base(ERP, DISK), 0x77, 0, HOT_PAGE)


def test_throttled_commit_is_seen_and_keeps_the_data(embedded: Child) -> None:
    seen = embedded.ask("commit", ERP.name, 40)
    assert seen["seconds"] > 2
    assert seen["steps"] >= 5
    top, below = ERP.snapshots[-1], ERP.snapshots[-2]
    path = Places(embedded.root).overlay(ERP, DISK, below)
    assert seen["chain"][0] == str(path)
    assert top.writing is not None
    assert holds_all(path, top.writing)
    assert {offset for offset, _ in top.writing.extents(DISK.size)} <= own_extents(path)
