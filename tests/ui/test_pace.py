"""The key b: a job's limit is typed, and a guest that outruns it is slowed down."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from kvmtui.model.disk import Disk
from kvmtui.model.domain import Domain
from kvmtui.model.job import Job, Sample
from kvmtui.model.tuning import Tuning
from kvmtui.model.value import replace
from kvmtui.plans.steps import AwaitOver, Power, SetSpeed, Tune, Verb
from tests.ui.stage import Still, on_stage, text, until, world
from tests.ui.test_plan_screen import modal
from tests.worlds import COMMITTING, GIB, disk, domain, file

MIB = 2**20
LOSING = replace(
    COMMITTING, samples=(Sample(0, 0, 3 * GIB), Sample(8, GIB, 4 * GIB)), bandwidth=128 * MIB
)


def web(*jobs: Job, tuning: Tuning | None = None, busy: str = "") -> Domain:
    vda: Disk = disk(file("web.s1.qcow2"), file("web.qcow2"), lasting=Tuning())
    return domain("web", replace(vda, tuning=tuning or Tuning()), jobs=jobs, busy=busy)


@pytest.fixture
def hosts(tmp_path: Path) -> Still:
    return Still(world(web(LOSING, busy="wait until the merge of vda is ready")), tmp_path)


async def performed(pilot: Pilot[int], hosts: Still) -> tuple[object, ...]:
    await until(pilot, lambda: bool(hosts.performed))
    return hosts.performed[0].steps


async def test_that_a_job_does_not_converge_is_seen_and_its_limit_is_typed(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "does not converge" in text(pilot))
        assert "≤ 128M/s" in text(pilot)
        assert "b limits" in text(pilot)
        await pilot.press("b")
        screen = await modal(pilot)
        assert screen.query_one("#limit", Input).value == "128M"
        await pilot.press("2", "0", "x")
        await until(pilot, lambda: "“20x” is no speed" in text(pilot))
        await pilot.press("enter", "backspace", "m")
        await until(pilot, lambda: "virsh blockjob --domain web" in text(pilot))
        assert "the guest writes faster than that" in text(pilot)
        await pilot.press("enter")
        assert await performed(pilot, hosts) == (SetSpeed("web", "vda", 20 * MIB),)


async def test_a_throttle_is_proposed_and_told_with_its_end(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("b")
        screen = await modal(pilot)
        assert "Writes" not in text(pilot)
        await pilot.press("tab", "down")
        await until(pilot, lambda: "Writes" in text(pilot))
        assert screen.query_one("#writes", Input).value == "64M"
        told = text(pilot)
        assert "3. let the guest write to vda as fast as it can" in " ".join(told.split())
        await pilot.press("tab", "8", "m", "enter")
        steps = await performed(pilot, hosts)
        assert steps == (Tune("web", "vda", 8 * MIB), AwaitOver("web", "vda"))
        assert hosts.performed[0].lastly == (Tune("web", "vda", 0),)


async def test_a_pause_is_asked_for_twice(hosts: Still) -> None:
    async with on_stage(hosts) as pilot:
        await pilot.press("b")
        screen = await modal(pilot)
        await pilot.press("tab", "down", "down")
        await until(pilot, lambda: "pause web" in text(pilot))
        await pilot.press("enter")
        assert not hosts.performed
        screen.query_one("#yes", Button).press()
        steps = await performed(pilot, hosts)
        assert steps == (Power("web", Verb.PAUSE), AwaitOver("web", "vda"))


async def test_a_throttle_that_was_left_is_shown_and_taken_away(tmp_path: Path) -> None:
    hosts = Still(world(web(tuning=Tuning(writes=8 * MIB))), tmp_path)
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "throttled" in text(pilot))
        await pilot.press("b")
        await modal(pilot)
        assert "Limit" not in text(pilot)
        await until(pilot, lambda: "● take its throttle away" in text(pilot))
        await pilot.press("enter")
        assert await performed(pilot, hosts) == (Tune("web", "vda", 0),)


async def test_without_job_or_throttle_there_is_nothing_to_limit(tmp_path: Path) -> None:
    async with on_stage(Still(world(web()), tmp_path)) as pilot:
        await pilot.press("b")
        await until(pilot, lambda: "no job runs whose speed could be changed" in text(pilot))


async def test_leaving_gives_guests_back_what_was_taken_from_them(tmp_path: Path) -> None:
    hosts = Still(world(web()), tmp_path)
    async with on_stage(hosts) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: pilot.app.return_code is not None)
    assert hosts.given_back == 1


async def test_a_guest_that_stays_paused_is_told_before_kvmtui_ends(tmp_path: Path) -> None:
    hosts = Still(world(web()), tmp_path)
    hosts.not_given_back = ("could not resume web: no answer",)
    async with on_stage(hosts) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: "could not resume web: no answer" in text(pilot))
        assert pilot.app.is_running
        await pilot.press("q")
        await until(pilot, lambda: pilot.app.return_code is not None)
