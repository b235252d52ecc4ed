"""Three disk-only snapshots in a row, and what each must hold whatever becomes of the others."""

from __future__ import annotations

from pathlib import Path

from kvmtui.plans.wishes import Create
from tests.host.content import history, pages, scribble
from tests.host.driver import Driver
from tests.lab.agreement import agree
from tests.lab.domain import LabDomain

HELD = {"s1": history(1), "s2": history(1, 2), "s3": history(1, 2, 3)}
NOW = history(1, 2, 3, 4)


async def three(driver: Driver, domain: LabDomain) -> None:
    """Takes s1, s2, s3, with the scribbles 1, 2, 3 made before each, and 4 after the last."""
    ref = await driver.meet(domain.name)
    for number in (1, 2, 3):
        scribble(domain, number)
        await driver.carry_out(Create(ref, f"s{number}"))
        agree(driver, domain.daemon.virsh, domain.name)
    scribble(domain, 4)


def preserved(driver: Driver, snapshot: str, domain: str = "blank") -> tuple[int, ...]:
    """What the file of vda holds that a revert to the snapshot would go back to."""
    forest = driver.domain(domain).forest
    found = forest.get(snapshot) if forest else None
    assert found is not None
    return pages(Path(found.disks[0].base))
