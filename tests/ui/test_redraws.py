"""What is looked at is drawn soon; what goes on beside it does not hold up keys."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest
from textual.pilot import Pilot

from kvmtui.model.domain import State
from kvmtui.model.value import replace
from kvmtui.model.world import Link
from kvmtui.ui import redraws
from kvmtui.ui.redraws import BESIDE, FRAME
from kvmtui.ui.screens.main import Main
from tests.ui.stage import Still, on_stage, until, world
from tests.worlds import domain

ALPHA, BETA = domain("alpha"), domain("beta")


@pytest.fixture
def hosts(tmp_path: Path) -> Still:
    """alpha is looked at, beta is not."""
    return Still(world(ALPHA, BETA), tmp_path)


def is_drawn(pilot: Pilot[int], hosts: Still) -> bool:
    main = pilot.app.screen
    assert isinstance(main, Main)
    return main.view.world is hosts.world


async def waits(pilot: Pilot[int], hosts: Still, seconds: float) -> bool:
    """Whether what has changed is still not drawn after some time, which it is in the end."""
    assert not is_drawn(pilot, hosts)
    await pilot.pause(seconds)
    late = not is_drawn(pilot, hosts)
    await until(pilot, lambda: is_drawn(pilot, hosts))
    return late


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is beside has so much time that no slow machine is taken for it."""
    monkeypatch.setattr(redraws, "BESIDE", 1.0)


@pytest.mark.usefixtures("slow")
async def test_what_is_looked_at_need_not_wait_for_the_rest(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        hosts.put(replace(BETA, state=State.PAUSED))
        assert await waits(pilot, hosts, 5 * FRAME)
        hosts.put(replace(ALPHA, state=State.PAUSED))
        assert not await waits(pilot, hosts, 10 * FRAME)
        hosts.put_host(link=Link.LOST, trouble="it is gone")
        assert not await waits(pilot, hosts, 10 * FRAME)
        hosts.become(world(ALPHA, BETA, domain("gamma")))
        assert not await waits(pilot, hosts, 10 * FRAME)


async def test_after_a_rest_it_is_drawn_at_once_and_then_not_too_often(
    hosts: Still, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redraws, "FRAME", 2.0)
    monkeypatch.setattr(redraws, "BESIDE", 60.0)
    async with on_stage(hosts) as pilot:
        hosts.put(replace(ALPHA, state=State.PAUSED))
        assert not await waits(pilot, hosts, 1.0)
        hosts.put(replace(ALPHA, state=State.OFF))
        assert await waits(pilot, hosts, 0.2)


@pytest.mark.usefixtures("slow")
async def test_of_both_the_last_is_drawn(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        hosts.put(replace(BETA, state=State.PAUSED))
        hosts.put(replace(ALPHA, state=State.PAUSED))
        hosts.put(replace(BETA, state=State.OFF))
        assert not await waits(pilot, hosts, 10 * FRAME)


async def press_for(pilot: Pilot[int], seconds: float) -> None:
    end = monotonic() + seconds
    while monotonic() < end:
        await pilot.press("shift+tab", "tab")


@pytest.mark.parametrize("most", [60.0, BESIDE])
async def test_the_rest_waits_for_a_rest_between_keys_but_not_for_ever(
    hosts: Still, monkeypatch: pytest.MonkeyPatch, most: float
) -> None:
    monkeypatch.setattr(redraws, "MOST", most)
    async with on_stage(hosts) as pilot:
        await pilot.press("tab")
        hosts.put(replace(BETA, state=State.PAUSED))
        await press_for(pilot, 4 * BESIDE)
        assert is_drawn(pilot, hosts) is (most == BESIDE)
        await until(pilot, lambda: is_drawn(pilot, hosts))


@pytest.mark.usefixtures("slow")
async def test_who_goes_there_sees_it_as_it_is(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        hosts.put(replace(BETA, state=State.PAUSED))
        assert not is_drawn(pilot, hosts)
        await pilot.press("j")
        await pilot.pause(10 * FRAME)
        assert is_drawn(pilot, hosts)


async def test_hosts_are_told_of_keys(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("j", "k")
        assert hosts.keys == 2
