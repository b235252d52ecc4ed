"""Freezing and thawing by key, and what leaving does with a guest that is frozen."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from kvmtui.host.perform import Outcome
from kvmtui.model.domain import Domain
from kvmtui.model.guest import Channel
from kvmtui.model.value import replace
from kvmtui.model.world import Link, World
from kvmtui.plans.plan import Plan
from kvmtui.plans.steps import Freeze, Thaw
from kvmtui.ui import leaving
from kvmtui.ui.screens import main
from tests import worlds
from tests.ui.stage import Still, bare, database, on_stage, text, until, world
from tests.worlds import ANSWERING, FROZEN

CONFIG = bare("dc-hanoi").config
assert CONFIG is not None
SAVED = replace(CONFIG, managed_save=True)
HELD = replace(database(), guest=FROZEN, held=True)


class Thawing(Still):
    """Hosts on which a thaw comes about, unless ``error`` says otherwise."""

    async def perform(self, plan: Plan) -> Outcome:
        found = self.world.find(plan.ref)
        if found is not None and not self.error:
            self.put(replace(found[1], guest=ANSWERING, held=False))
        return await super().perform(plan)


async def test_f_freezes_only_after_cancel_was_left(tmp_path: Path) -> None:
    hosts = Still(world(database()), tmp_path)
    async with on_stage(hosts) as pilot:
        await pilot.press("f")
        await until(
            pilot, lambda: "nothing in the guest can write until it is thawed" in text(pilot)
        )
        assert "virsh domfsfreeze --domain erp-db1" in text(pilot)
        await pilot.press("enter")
        assert hosts.performed == []
        await pilot.press("f")
        await until(pilot, lambda: "virsh domfsfreeze" in text(pilot))
        await pilot.press("right", "enter")
        await until(pilot, lambda: bool(hosts.performed))
        assert hosts.performed[0].steps == (Freeze("erp-db1"),)


async def test_a_frozen_guest_is_marked_and_t_thaws_it(tmp_path: Path) -> None:
    hosts = Still(world(replace(database(), guest=FROZEN)), tmp_path)
    async with on_stage(hosts) as pilot:
        await until(pilot, lambda: "FROZEN" in text(pilot))
        assert "t thaws it" in text(pilot)
        assert "froze" in text(pilot).splitlines()[2]
        await pilot.press("2", "end")
        await until(pilot, lambda: "frozen: the guest cannot write; t thaws it" in text(pilot))
        await pilot.press("f")
        await until(pilot, lambda: "frozen already" in text(pilot))
        await pilot.press("t")
        await until(pilot, lambda: "somebody else has frozen it" in text(pilot))
        await pilot.press("right", "enter")
        await until(pilot, lambda: bool(hosts.performed))
        assert hosts.performed[0].steps == (Thaw("erp-db1"),)


async def test_leaving_says_which_guest_is_frozen_and_thaws_it_first(tmp_path: Path) -> None:
    hosts = Thawing(world(HELD, bare("files01")), tmp_path)
    async with on_stage(hosts) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: "A guest is frozen" in text(pilot))
        assert "erp-db1: frozen by kvmtui" in text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "A guest is frozen" not in text(pilot))
        assert pilot.app.is_running
        await pilot.press("q")
        await until(pilot, lambda: "Thaw and quit" in text(pilot))
        await pilot.press("q")
        await pilot.press("right", "enter")
        await until(pilot, lambda: pilot.app.return_code is not None)
    assert [plan.steps for plan in hosts.performed] == [(Thaw("erp-db1"),)]


async def test_a_thaw_that_fails_keeps_kvmtui_open(tmp_path: Path) -> None:
    hosts = Thawing(world(HELD), tmp_path)
    hosts.error = "Guest agent is not responding"
    async with on_stage(hosts) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: "Thaw and quit" in text(pilot))
        await pilot.press("right", "enter")
        await until(pilot, lambda: "Guest agent is not responding" in text(pilot))
        assert pilot.app.is_running
        await pilot.press("q")
        await until(pilot, lambda: "Thaw and quit" in text(pilot))
        await pilot.press("right", "right", "enter")
        await until(pilot, lambda: pilot.app.return_code is not None)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
async def test_a_terminal_that_goes_away_leaves_no_guest_frozen(
    number: signal.Signals, tmp_path: Path
) -> None:
    hosts = Thawing(world(HELD), tmp_path)
    async with on_stage(hosts) as pilot:
        os.kill(os.getpid(), number)
        await until(pilot, lambda: pilot.app.return_value == 128 + number)
    assert [plan.steps for plan in hosts.performed] == [(Thaw("erp-db1"),)]


async def test_a_clock_that_could_not_be_set_stays_told_until_it_was_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "SEEN", 0.05)
    off = replace(bare("dc-hanoi"), config=replace(SAVED, channel=Channel.DISCONNECTED))
    hosts = Still(world(off), tmp_path)
    hosts.unmet = ("could not set the clock of the guest: no agent",)
    async with on_stage(hosts, (120, 40)) as pilot:
        await pilot.press("o")
        await until(
            pilot, lambda: "set the clock of the guest, if its agent answers" in text(pilot)
        )
        assert "virsh domtime --domain dc-hanoi --sync" in text(pilot)
        await pilot.press("enter")
        said = "✔ Start dc-hanoi: done; could not set the clock of the guest: no agent"
        await until(pilot, lambda: said in text(pilot))
        await pilot.pause(0.3)
        assert said in text(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: "✔" not in text(pilot))


def far(domain: Domain, **fields: object) -> World:
    """Two hosts; the domain is on the second."""
    near = worlds.host(bare("near"))
    return World((near, replace(worlds.host(domain), uri="qemu+ssh://b/system", **fields)))  # type: ignore[arg-type]


def test_held_guests_of_every_host_are_asked_about() -> None:
    assert [ref.uri for ref, _ in leaving.held(far(HELD))] == ["qemu+ssh://b/system"]
    assert [ref.uri for ref, _ in leaving.held(far(HELD, link=Link.LOST))]
    assert leaving.held(far(replace(HELD, held=False))) == ()
    assert leaving.held(far(replace(bare("off"), held=True))) == ()
