"""The README's demo command installs every package of which the demo needs a file."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kvmtui.demo.premises import DRIVER, LIBRARY_FOLDERS, PROGRAMS

STORAGE = "libvirt/storage-file/libvirt_storage_file_fs.so"
"""Without this module an old libvirt knows no overlays; a newer one has it within its library."""


def needed() -> Iterator[Path]:
    """The files that are there on this machine."""
    for program in PROGRAMS:
        found = shutil.which(program)
        if found is not None:
            yield Path(found).resolve()
    for folder in LIBRARY_FOLDERS:
        for module in (DRIVER, STORAGE):
            yield from Path(folder).glob(f"*/{module}")


def owner(file: Path) -> str:
    """The Debian package that a file belongs to."""
    done = subprocess.run(["dpkg", "-S", file], capture_output=True, text=True, check=True)
    return re.split("[:,]", done.stdout)[0]


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="not a Debian")
def test_the_readme_names_them_all() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    command = readme.partition("## Try it")[2].partition("## Tests")[0]
    files = tuple(needed())
    assert len(files) > len(PROGRAMS)
    assert {owner(file) for file in files} <= set(command.split())
