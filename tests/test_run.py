"""What the whole run promises, proved on small runs of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.ledger import UNPROVED
from tests.units import unit

ROOT = Path(__file__).parents[1]

SKIPS = """
import pytest

def test_passes() -> None: ...

@pytest.mark.skip(reason="no lab")
def test_skips() -> None: ...
"""

PROVES = """
def test_proves(request) -> None:
    request.node.user_properties.append(("proof", ["create: internal, off", "9.0", "{cell}"]))
"""

BUILDS = """
from tests.lab.conftest import say

def test_builds(say) -> None:
    say("building Debian 99")
"""


HANGS = """
import time

def test_hangs() -> None:
    time.sleep(600)

def test_passes() -> None: ...
"""


def run(folder: Path, test: str, *options: str, **environment: str) -> tuple[int, str]:
    """Exit status and output of a run of this one file under the conftest of all tests."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    file = folder / "test_small.py"
    file.write_text(test)
    kept = {name: value for name, value in os.environ.items() if "KVMTUI" not in name}
    kept = {name: value for name, value in kept.items() if not name.startswith("PYTEST_")}
    argv = [sys.executable, "-m", "pytest", "-c", str(folder / "pytest.ini"), str(file), *options]
    done = subprocess.run(
        [*argv, "-p", "tests.conftest", "-p", "no:cacheprovider"],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_a_skipped_test_fails_the_run_where_all_are_required(tmp_path: Path, workers: str) -> None:
    required = run(tmp_path, SKIPS, workers, KVMTUI_REQUIRE="all")
    told = "1 passed, 1 skipped"
    assert (required[0], told in required[1]) == (UNPROVED, True), required[1]
    assert run(tmp_path, SKIPS, workers)[0] == 0


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_a_cell_that_the_table_does_not_have_fails_the_run(tmp_path: Path, workers: str) -> None:
    status, said = run(tmp_path, PROVES.format(cell="refused: no"), workers)
    told = "create: internal, off, libvirt 9.0: refused: no; the README tells: works"
    assert (status, told in said) == (UNPROVED, True), said
    assert run(tmp_path, PROVES.format(cell="works"), workers)[0] == 0


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_what_is_built_is_told_at_once(tmp_path: Path, workers: str) -> None:
    status, said = run(tmp_path, BUILDS, workers)
    assert (status, "building Debian 99\n" in said) == (0, True), said


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_what_is_missing_is_told_from_what_failed(tmp_path: Path, workers: str) -> None:
    """What failed may be run again; that would not bring back what was left out."""
    both = SKIPS + "def test_fails() -> None:\n    assert False\n"
    assert run(tmp_path, both, workers, KVMTUI_REQUIRE="all")[0] == UNPROVED
    assert run(tmp_path, both, workers)[0] == 1


def test_what_hangs_ends_with_its_worker_and_all_others_are_run(tmp_path: Path) -> None:
    hangs = ["-o", "faulthandler_timeout=2", "-o", "faulthandler_exit_on_timeout=true"]
    status, said = run(tmp_path, HANGS, "-n2", *hangs)
    told = "in test_hangs", "1 failed, 1 passed"
    assert (status, [words in said for words in told]) == (1, [True, True]), said


def test_each_debian_has_units_of_its_own() -> None:
    ids = [f"tests/lab/test_x.py::test_a[{d}-off]" for d in ("host", "trixie", "sid")]
    assert [unit(nodeid) for nodeid in [*ids, "tests/plans/test_y.py::test_b[hosts]"]] == [
        "tests/lab/test_x.py host",
        "tests/lab/test_x.py trixie",
        "tests/lab/test_x.py sid",
        "tests/plans/test_y.py",
    ]
