"""What a disk holds, page by page, and how a test writes a history into it."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Protocol

from tests.lab.disk import PAGE
from tests.lab.missing import program

PAGES = 32
"""Pages from the start of a disk that are looked at."""


class Written(Protocol):
    """A domain whose disks a test writes to, running or off."""

    def write(self, target: str, pattern: int, *, offset: int = ..., length: int = ...) -> None: ...

    def sources(self) -> dict[str, Path]: ...


def scribble(domain: Written, number: int, target: str = "vda") -> None:
    """Page 0 becomes ``number`` as after every scribble, and the page of that number its own."""
    for page in (0, number % PAGES):
        domain.write(target, number, offset=page * PAGE)


def pages(image: Path, inside: str = "") -> tuple[int, ...]:
    """The byte that fills each page, read through the chain; also while the image is in use.

    ``inside`` names an internal snapshot to be read instead of the present state.
    """
    with tempfile.TemporaryDirectory(prefix="kvmtui-pages-") as folder:
        raw = Path(folder, "raw")
        words = ["-l", f"snapshot.name={inside}"] if inside else []
        ran = subprocess.run(
            [
                program("qemu-img", "qemu-utils"), "convert", "-U", "-O", "raw", *words,
                str(image), str(raw),
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        with raw.open("rb") as file:
            data = file.read(PAGES * PAGE)
    found = [data[n * PAGE : (n + 1) * PAGE] for n in range(PAGES)]
    assert all(page == page[:1] * PAGE for page in found), f"{image} has a torn page"
    return tuple(page[0] for page in found)


def now(domain: Written, target: str = "vda") -> tuple[int, ...]:
    """What the domain's disk holds now."""
    return pages(domain.sources()[target])


def history(*numbers: int, first: int = 0x11) -> tuple[int, ...]:
    """What a disk holds after these scribbles, in this order; ``first`` is its content before."""
    found = [first] + [0] * (PAGES - 1)
    for number in numbers:
        found[0] = found[number % PAGES] = number
    return tuple(found)


def scatter(
    image: Path, pattern: int, *, count: int = 64, step: int = 2**18, start: int = 2**22
) -> None:
    """Fills ``count`` pages apart from each other, from ``start`` on; the disk must not be in use.

    A merge moves each by itself, so that it has many steps to be seen in.
    """
    words = [f"write -q -P {pattern} {start + n * step} {PAGE}" for n in range(count)]
    argv = [program("qemu-io", "qemu-utils"), "-t", "unsafe", "-f", "qcow2"]
    for word in words:
        argv += ["-c", word]
    ran = subprocess.run([*argv, str(image)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert not ran.stdout, ran.stdout
