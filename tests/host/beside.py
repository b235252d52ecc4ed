"""Jobs on the chain of a domain, and a guest that writes beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from kvmtui.model.world import Ref
from kvmtui.plans.wishes import Merge, Move, Pull, Wish
from tests.host.content import PAGES, Written, scatter, scribble
from tests.lab.disk import PAGE, holds

DEPTH = 5
SLOW = 2 * 2**20
"""Bytes per second."""

PAUSE = 0.03
"""Seconds between two scribbles."""

MOST = 255
"""The last one, as each has a byte of its own."""

T = TypeVar("T")

Ask = Callable[[Ref, tuple[str, ...]], Wish]
"""A wish for a domain with these layers, active one first."""

JOBS: dict[str, tuple[Ask, tuple[int, ...], int]] = {
    "commit": (lambda ref, layers: Merge(ref, "vda", layers[2]), (0, 1), 3),
    "commit inner": (
        lambda ref, layers: Merge(ref, "vda", layers[5], top=layers[1]),
        (1, 2, 3, 4),
        5,
    ),
    "pull": (lambda ref, layers: Pull(ref, "vda", layers[4]), (1, 2, 3), 5),
    "copy": (
        lambda ref, layers: Move(ref, "vda", str(Path(layers[5]).with_name("new.qcow2"))),
        (0, 1, 2, 3, 4, 5),
        5,
    ),
}
"""The wish, the layers that leave the chain, and a snapshot that is there still."""


def limit(job: str) -> int:
    """A copy takes its time for holes as well."""
    return SLOW * (5 if job == "copy" else 1)


def fill(base: Path) -> None:
    """Puts enough into each layer above the base to keep a job going for a while.

    The domain must be off, its layers named as kvmtui names those of s1, s2, ...
    """
    for n in range(1, DEPTH + 1):
        layer = base.with_name(f"{base.stem}.s{n}.qcow2")
        scatter(layer, n, count=24, step=DEPTH * PAGE, start=2**22 + n * PAGE)


def is_filled(image: Path) -> bool:
    """Whether all of that can be read through the chain."""
    return all(holds(image, n, offset=2**22 + n * PAGE) for n in range(1, DEPTH + 1))


def is_whole(pages: tuple[int, ...]) -> bool:
    """The scribbles came one after the other, and the last one is there with both its pages."""
    return pages[0] == pages[pages[0] % PAGES]


async def writing(domain: Written, until: asyncio.Event) -> int:
    """Gives the number of the last scribble."""
    last = DEPTH
    while not until.is_set():
        if last == MOST:
            await until.wait()
            break
        last += 1
        await asyncio.to_thread(scribble, domain, last)
        await asyncio.sleep(PAUSE)
    return last


async def beside(domain: Written, work: Awaitable[T]) -> tuple[T, int]:
    """What came of the work, and the last scribble that the guest wrote during it."""
    done = asyncio.Event()
    writer = asyncio.create_task(writing(domain, done))
    try:
        found = await work
    finally:
        done.set()
        last = await writer
    assert last > DEPTH + 1, "it wrote while the job ran"
    return found, last
