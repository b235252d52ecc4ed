"""A guest that QEMU stops as there is no room: why, how it goes on, and that nothing is lost."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kvmtui.model.disk import NO_SPACE
from kvmtui.model.domain import IO_ERROR, Domain, State
from kvmtui.plans import health
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import Verb
from kvmtui.plans.wishes import Create, Switch
from tests.host.conftest import Embedded
from tests.host.driver import Driver
from tests.host.filling import PAGES, filled, fills
from tests.host.machine import Machine
from tests.host.test_embed_full import MIB, fill, small

pytestmark = [
    pytest.mark.embed,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a file system"),
]
__all__ = ["small"]


@pytest.fixture
def hungry(embedded: Embedded, small: Path) -> Iterator[Machine]:
    """A machine, off, whose guest writes more than the 2 MiB that are left."""
    machine = fills(embedded.handle, "m", small)
    fill(small, 2 * MIB)
    yield machine
    machine.remove()


def make_room(small: Path) -> None:
    (small / "filler").unlink()


def is_stopped(domain: Domain) -> bool:
    disks = domain.config.disks if domain.config else ()
    return domain.reason == IO_ERROR and any(disk.stopped == NO_SPACE for disk in disks)


def told(driver: Driver) -> tuple[str, str]:
    """The worst of what is found: reason and remedy."""
    first = health.findings(driver.host, driver.domain("m"))[0]
    return first.reason, first.remedy


async def test_a_guest_without_room_is_told_why_and_goes_on_when_there_is_some(
    driver: Driver, hungry: Machine, small: Path, tmp_path: Path
) -> None:
    hungry.start()
    ref = await driver.meet("m")
    await driver.until_domain("m", is_stopped)
    assert told(driver) == (f"paused: no space on {small}", "make room, then o")
    for wish in (Create(ref, "r1", how="ram"), Create(ref, "i1", how="internal")):
        assert await driver.refused(wish) == "no space"
    resume = Switch(ref, Verb.RESUME)
    outcome = await driver.attempt(resume)
    assert outcome.plan.warnings == (
        f"it will stop again at once, unless room was made on {small}",
    )
    assert "it has stopped again at once: no space on vda" in outcome.says
    assert 0 < filled(hungry.disks[0], tmp_path / "raw") < PAGES
    make_room(small)
    plan = await driver.carry_out(resume)
    assert plan.warnings == ()
    await driver.until_domain("m", lambda d: d.state is State.RUNNING and not d.reason)
    assert not any(f.rule == "no space" for f in health.findings(driver.host, driver.domain("m")))
    await written(hungry, tmp_path)


async def written(machine: Machine, tmp_path: Path) -> None:
    """Waits until the guest has written all that it wanted to, and nothing of it is lost."""
    end = asyncio.get_running_loop().time() + 20
    while filled(machine.disks[0], tmp_path / "raw") < PAGES:
        assert asyncio.get_running_loop().time() < end
        await asyncio.sleep(0.1)


async def test_what_stops_a_guest_and_lets_it_go_on_is_seen_though_others_do_it(
    driver: Driver, hungry: Machine, small: Path, tmp_path: Path
) -> None:
    await driver.meet("m")
    hungry.start()
    await driver.until_domain("m", is_stopped)
    plan = await driver.plan(Switch(driver.ref("m"), Verb.FORCE_OFF))
    assert isinstance(plan, Plan)
    assert plan.warnings == (f"it only waits for room on {small}: make some and resume it",)
    make_room(small)
    await driver.until(lambda _: told(driver)[1] == "o resumes", what="room is noticed")
    assert told(driver)[0].startswith("paused: no space, but ")
    hungry.handle.resume()
    await driver.until_domain("m", lambda d: d.state is State.RUNNING and not is_stopped(d))
    await written(hungry, tmp_path)
    await driver.fleet.fresh(driver.ref("m"))
    config = driver.domain("m").config
    assert config is not None
    assert config.disks[0].stopped == "", "what QEMU remembers is not true any more"
