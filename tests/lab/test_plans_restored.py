"""Domains that wait paused since their RAM came back: not every QEMU has taken the images over."""

from __future__ import annotations

import pytest

from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import After, Verb
from kvmtui.plans.wishes import Create, Delete, Merge, Revert, Switch, Wish
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.lab.conftest import NewBlank
from tests.lab.domain import LabDomain

pytestmark = pytest.mark.lab

ASLEEP = range(11_000_000, 12_000_000)
"""libvirt versions that refuse it."""


@pytest.fixture
async def blank(driver: Driver, new_blank: NewBlank) -> LabDomain:
    made = new_blank(mib=24)
    made.start()
    await driver.meet("blank")
    scribble(made, 1)
    return made


async def at_last(driver: Driver, wish: Wish) -> None:
    """Carried out; where it is refused until the domain is resumed, then."""
    made = await driver.plan(wish)
    assert isinstance(made, Refusal) == (driver.host.facts.libvirt in ASLEEP)
    if isinstance(made, Refusal):
        assert made.rule == "restored"
        await driver.carry_out(Switch(wish.ref, Verb.RESUME))
    await driver.carry_out(wish)


async def test_its_layers_are_merged(driver: Driver, blank: LabDomain) -> None:
    ref = driver.ref("blank")
    await driver.carry_out(Create(ref, "s1", how="ram"))
    scribble(blank, 2)
    await driver.carry_out(Revert(ref, "s1", After.PAUSED, safety=False))
    await at_last(driver, Merge(ref, "vda", str(blank.disks[0])))
    assert blank.sources()["vda"] == blank.disks[0]
    assert now(blank) == history(1)


@pytest.mark.parametrize("how", ["create", "delete"])
async def test_its_images_change_inside(driver: Driver, blank: LabDomain, how: str) -> None:
    ref = driver.ref("blank")
    await driver.carry_out(Create(ref, "i1", how="internal"))
    scribble(blank, 2)
    for verb in (Verb.PAUSE, Verb.SAVE, Verb.START):
        await driver.carry_out(Switch(ref, verb))
    if how == "delete":
        await at_last(driver, Delete(ref, "i1"))
        assert now(blank) == history(1, 2)
        return
    await at_last(driver, Create(ref, "i2", how="internal"))
    for name, content in (("i1", history(1)), ("i2", history(1, 2))):
        await driver.carry_out(Revert(ref, name, safety=False))
        assert now(blank) == content
