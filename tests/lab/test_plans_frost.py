"""Frost in a real guest: by key, by others, and never left behind by a step that failed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kvmtui.host import frost, patrol, watch
from kvmtui.host.virt import Opener, agent
from kvmtui.model.guest import Answer
from kvmtui.plans import health
from kvmtui.plans.plan import Plan
from kvmtui.plans.wishes import Create, FreezeGuest, ThawGuest
from kvmtui.render import domains
from kvmtui.render import guest as render
from kvmtui.render.row import plain
from tests.host.driver import Driver, driving
from tests.lab import disk
from tests.lab.daemon import Daemon
from tests.lab.guest import GuestDomain
from tests.lab.proof import Proves
from tests.lab.test_plans_guest import answered

pytestmark = pytest.mark.lab

IS_FROZEN = "/run/qga.state.isfrozen"
"""The agent's own note that survives it: one that is started anew is frozen still."""

PID = "$(cat /run/qemu-ga.pid)"
AWAY = 4
"""Seconds for which the agent is away."""

START = (
    "rm /run/qemu-ga.pid; for port in /sys/class/virtio-ports/*; do"
    " grep -q guest_agent $port/name && node=/dev/$(basename $port); done;"
    " qemu-ga --method=virtio-serial --path=$node --statedir=/run"
    " --pidfile=/run/qemu-ga.pid --daemonize"
)
"""Starts the agent anew, as the guest's boot does."""

HOOKED = (
    r"""printf '#!/bin/sh\n[ "$1" != freeze ] || kill -STOP $PPID\n' > /run/hook;"""
    f" chmod +x /run/hook; kill -9 {PID}; {START} --fsfreeze-hook=/run/hook"
)
"""Starts one that stops itself when it is to freeze, before anything is frozen: it carries the
order out later."""


def status(guest: GuestDomain) -> str:
    return str(guest.agent("guest-fsfreeze-status"))


def write_soon(guest: GuestDomain) -> None:
    """Has the guest write `written` to its disk, as soon as it can write at all."""
    guest.run("(echo written > /data/marker; sync; echo > /tmp/wrote) > /dev/null 2>&1 &")


def wrote(guest: GuestDomain) -> bool:
    return guest.run("sleep 0.3; ls /tmp").split().count("wrote") == 1


def journal(driver: Driver) -> list[tuple[str, bool]]:
    """The virsh command of every step so far, and whether it came about."""
    return [(entry.virsh.split()[1], entry.ok) for entry in driver.fleet.journal.entries]


async def test_a_frozen_guest_writes_nothing_until_it_is_thawed(
    driver: Driver, proves: Proves, guest: GuestDomain
) -> None:
    ref = await driver.meet("guest")
    await answered(driver, Answer.ANSWERING)
    guest.write_marker("before")
    assert not disk.at_rest(guest.disks[0])
    assert await proves("guest: freeze", FreezeGuest(ref))
    known = driver.domain("guest")
    assert known.guest is not None
    assert (known.guest.frozen, known.held) == (True, True)
    assert known.guest.filesystems, "what was known before is still told"
    assert status(guest) == "frozen"
    assert disk.at_rest(guest.disks[0])
    write_soon(guest)
    assert not wrote(guest)
    assert await driver.refused(FreezeGuest(ref)) == "frozen"
    assert await proves("guest: thaw", ThawGuest(ref))
    assert (driver.domain("guest").held, status(guest)) == (False, "thawed")
    assert guest.run("while [ ! -e /tmp/wrote ]; do sleep 0.1; done; cat /data/marker") == (
        "written\n"
    )
    assert await driver.refused(ThawGuest(ref)) == "not frozen"


async def test_a_guest_that_others_froze_and_thaw_is_found_without_looking_at_it(
    daemon: Daemon, guest: GuestDomain, tmp_path: Path
) -> None:
    guest.agent("guest-fsfreeze-freeze")
    async with driving(Opener(daemon.remote), tmp_path / "state") as driver:
        await driver.until_domain("guest", lambda d: d.guest and d.guest.frozen, 15, "found frozen")
        assert not driver.domain("guest").held
        guest.agent("guest-fsfreeze-thaw")
        await driver.until_domain(
            "guest", lambda d: d.guest and not d.guest.frozen, 15, "found thawed"
        )


async def test_what_others_freeze_in_the_last_moment_is_not_thawed(
    driver: Driver, guest: GuestDomain
) -> None:
    ref = await driver.meet("guest")
    await answered(driver, Answer.ANSWERING)
    for wish in (Create(ref, "s1", quiesce=True), FreezeGuest(ref)):
        plan = await driver.plan(wish)
        assert isinstance(plan, Plan)
        guest.agent("guest-fsfreeze-freeze")
        outcome = await driver.fleet.perform(plan)
        assert "somebody else" in outcome.error
        assert (status(guest), driver.domain("guest").held) == ("frozen", False)
        guest.agent("guest-fsfreeze-thaw")
        driver.fleet.refresh(ref)
        await driver.until_domain("guest", lambda d: d.guest and not d.guest.frozen, 15, "thawed")
    assert guest.sources()["vda"] == guest.disks[0]


@pytest.mark.parametrize(
    ("strike", "recover"),
    [(f"kill -STOP {PID}", f"kill -CONT {PID}"), (f"kill -9 {PID}", START)],
    ids=["stopped", "killed"],
)
async def test_an_agent_that_goes_away_while_it_is_frozen_leaves_no_frost(
    strike: str,
    recover: str,
    driver: Driver,
    guest: GuestDomain,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(agent, "FREEZE", 2)
    ref = await driver.meet("guest")
    await answered(driver, Answer.ANSWERING)
    for number in range(10):  # until the agent is hit after the freeze and before the thaw
        guest.run(
            f"(while [ ! -e {IS_FROZEN} ]; do :; done; {strike}; sleep {AWAY}; {recover})"
            " > /dev/null 2>&1 &"
        )
        outcome = await driver.attempt(Create(ref, f"s{number}", quiesce=True))
        if not outcome.ok:
            break
        guest.wait_agent()
        driver.fleet.refresh(ref)
        await answered(driver, Answer.ANSWERING)
    assert not outcome.ok
    thawed = [("domfsthaw", True)] if outcome.error.endswith("; it was thawed") else []
    assert thawed or recover != START, "who was killed has nothing before it that thaws"
    assert journal(driver)[-1 - len(thawed) :] == [("snapshot-create-as", False), *thawed]
    guest.wait_agent()  # who was stopped has the thaw that libvirt asked for still before it
    assert (status(guest), driver.domain("guest").held) == ("thawed", False)
    guest.write_marker("written")
    assert disk.read_file(guest.sources()["vda"], "marker") == "written"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """kvmtui waits for no agent."""
    monkeypatch.setattr(agent, "FREEZE", 2)
    monkeypatch.setattr(frost, "PATIENCE", 0.5)


async def thawed_by_itself(driver: Driver, guest: GuestDomain) -> None:
    """Nobody presses a key; the guest writes again all the same."""
    thaws = [("domfsthaw", False), ("domfsthaw", True)]
    await driver.until(lambda _: journal(driver)[-2:] == thaws, 30, "thawed")
    await driver.until_domain("guest", lambda d: not d.held and d.guest and not d.guest.frozen, 15)
    assert status(guest) == "thawed"
    guest.write_marker("written")
    assert guest.read_marker() == "written"


@pytest.mark.usefixtures("hasty")
async def test_frost_that_comes_long_after_the_freeze_was_given_up_is_thawed(
    driver: Driver, guest: GuestDomain
) -> None:
    await asyncio.to_thread(guest.run, HOOKED)
    await asyncio.to_thread(guest.wait_agent)
    ref = await driver.meet("guest")
    await answered(driver, Answer.ANSWERING)
    plan = await driver.plan(FreezeGuest(ref))
    assert isinstance(plan, Plan)
    outcome = await driver.fleet.perform(plan)
    assert "the guest may be frozen: " in outcome.error
    assert outcome.error.endswith("it is thawed as soon as its agent answers")
    assert driver.domain("guest").held
    guest.continue_agent()
    await thawed_by_itself(driver, guest)


@pytest.mark.usefixtures("hasty")
async def test_a_daemon_that_dies_with_the_guest_frozen_leaves_no_frost(
    driver: Driver, daemon: Daemon, guest: GuestDomain
) -> None:
    ref = await driver.meet("guest")
    await answered(driver, Answer.ANSWERING)
    guest.run(f"(while [ ! -e {IS_FROZEN} ]; do :; done; kill -STOP {PID}) > /dev/null 2>&1 &")
    taking = asyncio.create_task(driver.attempt(Create(ref, "s1", quiesce=True)))
    await asyncio.to_thread(guest.run, f"while [ ! -e {IS_FROZEN} ]; do sleep 0.05; done")
    await asyncio.to_thread(daemon.kill)
    await asyncio.to_thread(daemon.start)
    outcome = await asyncio.wait_for(taking, 90)
    assert not outcome.ok
    guest.continue_agent()
    await thawed_by_itself(driver, guest)


async def test_a_frozen_guest_whose_agent_dies_is_told_as_frozen_until_one_says_otherwise(
    driver: Driver, guest: GuestDomain
) -> None:
    ref = await driver.meet("guest")
    await answered(driver, Answer.ANSWERING)
    guest.agent("guest-fsfreeze-freeze")
    driver.fleet.refresh(ref)
    await driver.until_domain("guest", lambda d: d.guest and d.guest.frozen, 15, "found frozen")
    guest.run(f"kill -9 {PID}")
    await answered(driver, Answer.UNASKED)
    assert shown(driver) == ("frozen?", "may be FROZEN still: start qemu-ga anew in it")
    assert await driver.refused(ThawGuest(ref)) == "agent away"
    guest.run(START)
    await answered(driver, Answer.ANSWERING, 15)
    assert shown(driver) == ("frozen: t", "FROZEN: it cannot write; t thaws it")
    await driver.carry_out(ThawGuest(ref))
    assert shown(driver)[0] == ""


def shown(driver: Driver) -> tuple[str, str]:
    """The word in the list of domains, and what the pane of the agent says of freezing."""
    known = driver.domain("guest")
    found = health.findings(driver.host, known)
    lines = plain(render.rows(known, 60)).splitlines()
    return domains.mark(known, found, 9)[0], next((s for s in lines if "FROZEN" in s), "")


async def test_who_freezes_a_guest_while_kvmtui_runs_is_found_without_a_key(
    driver: Driver, guest: GuestDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patrol, "PAUSE", 0.2)
    monkeypatch.setattr(watch, "POLL", 2)
    await driver.meet("guest")
    await answered(driver, Answer.ANSWERING)
    for selected in (driver.ref("guest"), None):
        driver.fleet.select(selected)
        guest.agent("guest-fsfreeze-freeze")
        await driver.until_domain("guest", lambda d: d.guest and d.guest.frozen, 15, "found")
        guest.agent("guest-fsfreeze-thaw")
        await driver.until_domain("guest", lambda d: d.guest and not d.guest.frozen, 15, "thawed")
