"""A guest that was paused when its RAM was saved: what QEMU refuses is refused beforehand."""

from __future__ import annotations

from pathlib import Path

import libvirt
import pytest

from kvmtui.model.domain import State
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Create, Delete, Merge, Move, Pull, Revert, Switch, Wish
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.lab.conftest import NewBlank
from tests.lab.domain import LabDomain

pytestmark = pytest.mark.lab

NO_JOBS = 11_000_000
"""From here on QEMU runs no job at all on images that it has shut."""


@pytest.fixture
async def saved(driver: Driver, new_blank: NewBlank) -> LabDomain:
    """s1 with disks only, then paused, and s2 with RAM."""
    made = new_blank(mib=24)
    made.start()
    ref = await driver.meet("blank")
    scribble(made, 1)
    await driver.carry_out(Create(ref, "s1"))
    scribble(made, 2)
    await driver.carry_out(Switch(ref, Verb.PAUSE))
    await driver.carry_out(Create(ref, "s2", how="ram"))
    return made


def wish(driver: Driver, blank: LabDomain, what: str) -> Wish:
    ref = driver.ref("blank")
    wishes: dict[str, Wish] = {
        "merge": Merge(ref, "vda", str(blank.disks[0])),
        "delete": Delete(ref, "s1"),
        "RAM": Create(ref, "s3", how="ram"),
        "save": Switch(ref, Verb.SAVE),
    }
    return wishes[what]


@pytest.mark.parametrize("what", ["merge", "delete", "RAM", "save"])
async def test_it_is_had_once_the_guest_went_on(
    driver: Driver, saved: LabDomain, what: str
) -> None:
    asked = wish(driver, saved, what)
    assert await driver.refused(asked) == "shut"
    await driver.carry_out(Switch(asked.ref, Verb.RESUME))
    await driver.carry_out(asked)
    assert now(saved) == history(1, 2)


async def test_what_is_refused_is_what_qemu_refuses(driver: Driver, saved: LabDomain) -> None:
    with pytest.raises(libvirt.libvirtError):
        saved.handle.blockCommit("vda", None, None, 0, libvirt.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE)
    with pytest.raises(libvirt.libvirtError):
        saved.handle.managedSave(0)
    assert saved.handle.isActive()
    assert now(saved) == history(1, 2)


@pytest.mark.parametrize("what", ["pull", "move", "create", "revert"])
async def test_the_others_lose_nothing(driver: Driver, saved: LabDomain, what: str) -> None:
    ref, new = driver.ref("blank"), Path(saved.disks[0]).with_name("new.qcow2")
    wishes: dict[str, Wish] = {
        "pull": Pull(ref, "vda"),
        "move": Move(ref, "vda", str(new)),
        "create": Create(ref, "s3"),
        "revert": Revert(ref, "s2"),
    }
    if what in ("pull", "move") and driver.host.facts.libvirt >= NO_JOBS:
        assert await driver.refused(wishes[what]) == "shut"
        return
    await driver.carry_out(wishes[what])
    await driver.carry_out(Switch(ref, Verb.FORCE_OFF))
    await driver.until_domain("blank", lambda d: d.state is State.OFF)
    assert now(saved) == history(1, 2)
