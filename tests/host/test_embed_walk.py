"""Whatever is done in whatever order, no snapshot that is offered has lost its content."""

from __future__ import annotations

import pytest

from tests.host.chains import Chains
from tests.host.conftest import NewMachine
from tests.host.driver import Driver
from tests.host.walk import STEPS, Walk, seeds

pytestmark = pytest.mark.embed


@pytest.mark.parametrize("seed", seeds("1,2"))
async def test_a_random_walk_loses_nothing(
    driver: Driver, new_machine: NewMachine, seed: int
) -> None:
    machine = new_machine(disks=1 + seed % 2)
    await driver.meet("m")
    await Walk(driver, machine, "m", seed).go(STEPS)


@pytest.mark.parametrize("seed", seeds("3,4"))
async def test_nor_does_one_over_chains_and_files(
    driver: Driver, new_machine: NewMachine, seed: int
) -> None:
    machine = new_machine(disks=1 + seed % 2)
    await driver.meet("m")
    await Chains(driver, machine, seed).go(STEPS)
