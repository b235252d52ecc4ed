"""Whatever is done in whatever order, no plan spoils what another snapshot goes back to.

As ``tests/host/test_embed_walk.py``, over images that are only numbers: many more walks, in less
time, and with libvirts that are not here.
"""

from __future__ import annotations

import os

import pytest

from tests.plans.simulated.reading import Sight
from tests.plans.simulated.shrink import shortest
from tests.plans.simulated.walk import Spoilt, Walk
from tests.worlds import V9, V10, V11, V12

STEPS = int(os.environ.get("KVMTUI_STEPS", "60"))

SEEDS = [int(seed) for seed in os.environ.get("KVMTUI_SEEDS", "104,113").split(",")]
"""Unless others are asked for, of walks that find what the soak has found, where it is let in."""


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("libvirt", [V9, V10, V11, V12])
@pytest.mark.parametrize("disks", [1, 2])
@pytest.mark.parametrize(
    ("sight", "cut"),
    [(Sight.LOCAL, 0.0), (Sight.LOCAL, 0.2), (Sight.POOL, 0.0), (Sight.BLIND, 0.0)],
    ids=["here", "cut short", "pool", "blind"],
)
def test_a_random_walk_loses_nothing(
    seed: int, libvirt: int, disks: int, sight: Sight, cut: float
) -> None:
    def new() -> Walk:
        return Walk(seed, libvirt, disks=disks, cut=cut, sight=sight)

    walk = new()
    try:
        walk.go(STEPS)
    except Spoilt as spoilt:
        raise shortest(new, walk.turns) or spoilt from None
