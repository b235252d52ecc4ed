"""What breaks around kvmtui is told once, in the words of what would help, and work goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from kvmtui.host.journal import Entry
from kvmtui.host.perform import Outcome
from kvmtui.model.value import replace
from kvmtui.model.world import Link
from kvmtui.plans.plan import Plan
from tests.ui.stage import Still, bare, database, on_stage, text, until, world

BARRED = "Failed to connect socket: Permission denied; add your user to the group libvirt"


def told(pilot: Pilot[int]) -> list[str]:
    return [notice.message for notice in pilot.app._notifications]


class Writing(Still):
    """Hosts whose plans come about and are written down."""

    async def perform(self, plan: Plan) -> Outcome:
        for step in plan.steps:
            self.journal.write(Entry(0.0, "h", step.domain, step.says, "", "done", 0.0, ok=True))
        return await super().perform(plan)


async def test_a_journal_that_cannot_be_written_is_told_once_and_plans_go_on(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("")
    hosts = Writing(world(bare("dc-hanoi")), tmp_path / "file")
    async with on_stage(hosts, (120, 40)) as pilot:
        for count in (1, 2):
            await pilot.press("o")
            await until(pilot, lambda: "virsh start" in text(pilot))
            await pilot.press("enter")
            await until(pilot, lambda count=count: len(hosts.performed) == count)  # type: ignore[misc]
            await until(pilot, lambda: "✔ Start dc-hanoi: done" in text(pilot))
            about = [message for message in told(pilot) if "journal not written" in message]
            assert len(about) == (1 if count == 1 else 0), "a new question puts notices away"
        await pilot.press("J")
        await until(pilot, lambda: "journal not written" in text(pilot))


async def test_who_may_only_look_is_told_why_and_no_key_pretends_otherwise(tmp_path: Path) -> None:
    shown = world(database())
    (only,) = shown.hosts
    hosts = Still(shown, tmp_path)
    hosts.put_host(readonly=True, facts=replace(only.facts, barred=BARRED))
    async with on_stage(hosts, (120, 40)) as pilot:
        await until(pilot, lambda: "1 domains · read-only · " in text(pilot))
        assert told(pilot) == [f"qemu:///system can only be looked at: {BARRED}"]
        hosts.put_host(link=Link.LOST)
        hosts.put_host(link=Link.OPEN, since=1.0)
        await pilot.pause(0.1)
        for key in "srdcomft":
            await pilot.press(key)
            await until(
                pilot, lambda: f"this connection is read-only; {BARRED}" in " ".join(told(pilot))
            )
            assert "Cancel" not in text(pilot)
            pilot.app.clear_notifications()
        assert hosts.performed == []


@pytest.mark.parametrize("barred", ["", BARRED])
async def test_a_key_says_what_would_help_where_that_is_known(tmp_path: Path, barred: str) -> None:
    shown = world(database())
    hosts = Still(shown, tmp_path)
    hosts.put_host(readonly=True, facts=replace(shown.hosts[0].facts, barred=barred))
    async with on_stage(hosts) as pilot:
        await pilot.press("s")
        said = "snapshot: this connection is read-only" + (f"; {barred}" if barred else "")
        await until(pilot, lambda: said in told(pilot))
