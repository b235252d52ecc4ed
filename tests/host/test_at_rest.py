"""What a plan waits for before its steps, and what is told of the step before."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from kvmtui.host.virt import Connection
from kvmtui.model.guest import Guest
from kvmtui.model.job import Job, JobKind
from kvmtui.plans.progress import Progress
from kvmtui.plans.steps import Step
from kvmtui.plans.wishes import Create
from tests.host.driver import driving
from tests.host.test_testdriver import STATES, node

ANSWERING = 0.5
"""Seconds that an agent takes for its answer."""


async def test_no_step_begins_while_the_guest_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    perform = Connection.perform

    def guest(_connection: Connection, _uuid: str) -> Guest:
        happened.append("asked")
        time.sleep(ANSWERING)
        happened.append("answered")
        return Guest()

    def performed(connection: Connection, uuid: str, step: Step) -> None:
        happened.append("performed")
        perform(connection, uuid, step)

    monkeypatch.setattr("kvmtui.host.asking._can_answer", lambda *_: True)
    monkeypatch.setattr(Connection, "guest", guest)
    monkeypatch.setattr(Connection, "perform", performed)
    async with driving(node(tmp_path, STATES), tmp_path / "state") as driver:
        ref = await driver.meet("web10")
        await driver.until(lambda _: happened and happened[-1] == "asked", what="asked")
        await driver.carry_out(Create(ref, "s1", how="internal"))
    assert happened[:3] == ["asked", "answered", "performed"]


async def test_saved_ram_is_no_job_of_the_next_step(tmp_path: Path) -> None:
    async with driving(node(tmp_path, STATES), tmp_path / "state") as driver:
        ref = await driver.meet("web10")
        watch = driver.fleet.watches[ref.uri]
        watch.reader.begin(ref.uuid, Progress.MEMORY)
        watch.shelf.change(ref.uuid, jobs=(Job("", JobKind.MEMORY, 1, 2),))
        watch.reader.begin(ref.uuid, Progress.MEMORY)
        assert driver.domain("web10").jobs
        watch.reader.begin(ref.uuid, Progress.NOTHING)
        assert not driver.domain("web10").jobs
