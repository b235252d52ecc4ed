"""A connection that may not do everything: told with the right that it lacks, and not again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import libvirt
import pytest

from kvmtui.host import patrol
from kvmtui.host.base import Denied
from kvmtui.host.fleet import Fleet
from kvmtui.host.virt import Connection
from kvmtui.host.virt.errors import translated
from kvmtui.model.world import Link
from kvmtui.plans.steps import CreateSnapshot, Power, StartOver, Step
from kvmtui.plans.wishes import Create, Revert
from kvmtui.ui.app import Kvmtui
from tests.host.conftest import Embedded
from tests.host.content import history, now, scribble
from tests.host.driver import Driver
from tests.host.layers import layered
from tests.host.machine import Machine
from tests.ui.stage import text, until

pytestmark = pytest.mark.embed

ACCESS_DENIED = 88
SAID = "access denied: 'QEMU' denied access"
"""libvirt 9.0's own words, with polkit."""

Deny = Callable[[Callable[[Step], bool]], None]


@pytest.fixture
def deny(monkeypatch: pytest.MonkeyPatch) -> Deny:
    """Has libvirt deny the steps that fit."""
    perform = Connection.perform

    def begin(fits: Callable[[Step], bool]) -> None:
        def denied(connection: Connection, uuid: str, step: Step) -> None:
            if not fits(step):
                perform(connection, uuid, step)
                return
            error = libvirt.libvirtError(SAID)
            error.err = (ACCESS_DENIED, libvirt.VIR_FROM_ACCESS, SAID, 2, SAID, *[None] * 2, -1, -1)
            with translated():
                raise error

        monkeypatch.setattr(Connection, "perform", denied)

    return begin


async def test_what_is_denied_is_told_and_only_tried_again_when_that_is_wished(
    driver: Driver, machine: Machine, deny: Deny
) -> None:
    ref = await driver.meet("m")
    deny(lambda step: isinstance(step, CreateSnapshot))
    outcome = await driver.attempt(Create(ref, "s1"))
    assert f"{SAID} (it needs the right “snapshot”)" in outcome.says
    assert await driver.refused(Create(ref, "s1")) == "denied"
    deny(lambda _step: False)
    assert await driver.refused(Create(ref, "s1")) == "denied"
    driver.fleet.refresh(ref)
    await driver.carry_out(Create(ref, "s1"))
    assert machine.recorded() == {"s1": None}


async def test_a_plan_that_is_denied_half_way_loses_nothing_and_is_not_begun_again(
    driver: Driver, machine: Machine, deny: Deny
) -> None:
    ref = await layered(driver, machine, 1)
    scribble(machine, 2)
    deny(lambda step: isinstance(step, StartOver))
    outcome = await driver.attempt(Revert(ref, "s1"))
    assert "(it needs the right “write”)" in outcome.says
    assert now(machine) == history(1, 2)
    forced = [step for step in outcome.plan.steps if isinstance(step, Power)]
    assert forced
    machine.start()
    assert await driver.refused(Revert(ref, "s1")) == "denied"
    assert machine.running


async def test_what_may_not_be_read_takes_nothing_else_away(
    driver: Driver, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patrol, "PAUSE", 0.2)
    await driver.meet("m")
    asked: list[str] = []

    def denied(_connection: Connection, uuid: str, *_rest: object) -> None:
        asked.append(uuid)
        raise Denied(SAID, ACCESS_DENIED)

    monkeypatch.setattr(Connection, "names", denied)
    monkeypatch.setattr(Connection, "guest", denied)
    monkeypatch.setattr(Connection, "grown", denied)
    await driver.until(lambda _: len(asked) > 1)
    assert driver.host.link is Link.OPEN
    assert machine.running
    assert driver.domain("m").config is not None


async def test_its_keys_are_dimmed_with_the_reason(
    embedded: Embedded, machine: Machine, deny: Deny, tmp_path: Path
) -> None:
    deny(lambda step: isinstance(step, CreateSnapshot))
    app = Kvmtui(Fleet([embedded], tmp_path / "state"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: "● m " in text(pilot) and "1 layer" in text(pilot))
        await pilot.press("s")
        await until(pilot, lambda: "Take a snapshot of m" in text(pilot))
        await pilot.press("enter")
        said = "it needs the right “snapshot”"
        await until(pilot, lambda: any(said in notice.message for notice in app._notifications))
        for key in "sd":
            app.clear_notifications()
            await pilot.press(key)
            await until(pilot, lambda: bool(app._notifications))
        await pilot.press("colon")
        said = "snapshot  libvirt denies the right “snapshot” on m"
        await until(pilot, lambda: said in text(pilot))
