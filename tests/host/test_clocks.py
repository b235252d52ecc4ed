"""Times on a file server are its own, all others the machine's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kvmtui.host import clocks, mounts


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        ("ext4", True),
        ("xfs", True),
        ("fuseblk", True),
        ("nfs4", False),
        ("cifs", False),
        ("fuse.sshfs", False),
    ],
)
def test_the_file_system_that_a_file_is_on_tells_the_clock(
    kind: str, own: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "image"
    file.touch()
    device = os.stat(file).st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    table = tmp_path / "mountinfo"
    table.write_text(
        "22 1 0:0 / /proc rw,nosuid shared:5 - nfs proc rw\n"
        f"31 1 {number} / /im\\040ages rw,relatime shared:1 master:2 - {kind} srv:/images rw\n"
    )
    monkeypatch.setattr(mounts, "MOUNTS", table)
    assert clocks.of(str(file)) == ("" if own else number)


def test_of_a_file_system_that_is_not_found_only_its_own_times_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert clocks.of(str(tmp_path / "gone")) == ""
    (tmp_path / "mountinfo").write_text("odd\n")
    for table in ("mountinfo", "none"):
        monkeypatch.setattr(mounts, "MOUNTS", tmp_path / table)
        assert clocks.of(str(tmp_path)) == clocks.of(str(tmp_path / "mountinfo")) != ""
