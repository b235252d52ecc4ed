"""What is cached is made once, however many ask, and only asked for Debians are run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab import versions
from tests.lab.cache import cache, made

ROOT = Path(__file__).parents[2]

ASKS = """
import os, time
from tests.lab.cache import made

def make(folder):
    print("made", flush=True)
    time.sleep(0.5)
    (folder / "done").write_text("yes")

print((made("thing", make) / "done").read_text())
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_one_of_many_makes_it_and_the_others_wait() -> None:
    argv = [sys.executable, "-c", ASKS]
    asking = [
        subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
        for _ in range(4)
    ]
    said = sorted(process.communicate()[0] for process in asking)
    assert said == ["made\nyes\n", "yes\n", "yes\n", "yes\n"]


def test_what_failed_or_was_killed_is_made_anew() -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("no network")

    with pytest.raises(OSError, match="no network"):
        made("thing", fail)
    assert [path.name for path in cache().iterdir()] == ["thing.lock"]
    (cache() / "building-thing").mkdir()
    (cache() / "building-thing" / "half").touch()
    folder = made("thing", lambda folder: (folder / "whole").touch())
    assert [path.name for path in folder.iterdir()] == ["whole"]


@pytest.mark.parametrize(
    ("asked", "runs"), [("", ["host"]), ("trixie", ["trixie"]), ("host,sid", ["host", "sid"])]
)
def test_the_machines_own_libvirt_is_run_unless_others_are_asked_for(
    asked: str, runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KVMTUI_LAB_DEBIAN", asked)
    assert versions.chosen() == runs
