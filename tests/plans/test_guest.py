"""Freezing a guest, and thawing it again."""

from __future__ import annotations

from typing import Any

import pytest

from kvmtui.model.domain import Domain, State
from kvmtui.model.guest import Answer, Channel, Guest
from kvmtui.model.snapshot import Memory
from kvmtui.model.value import replace
from kvmtui.plans import guest
from kvmtui.plans.plan import Danger
from kvmtui.plans.steps import After, CreateSnapshot, Freeze, Power, SetTime, Step, Thaw, Verb
from kvmtui.plans.wishes import Create, FreezeGuest, Revert, Switch, ThawGuest
from tests.worlds import (
    ANSWERING,
    FROZEN,
    SILENT,
    allowed,
    chained,
    domain,
    file,
    inner,
    ref,
    refused,
    world,
)

WEB = domain(channel=Channel.CONNECTED, guest=ANSWERING)
ICY = replace(WEB, guest=FROZEN)

MUTE = (
    (replace(WEB, state=State.PAUSED), "agent state"),
    (replace(WEB, state=State.OFF), "agent state"),
    (domain(channel=Channel.NONE), "agent channel"),
    (domain(channel=Channel.DISCONNECTED, guest=Guest()), "agent away"),
    (replace(WEB, guest=None), "agent unasked"),
    (replace(WEB, guest=SILENT), "agent silent"),
    (replace(WEB, guest=Guest(Answer.DENIED)), "agent denied"),
    (replace(WEB, guest=replace(SILENT, frozen=True)), "agent silent"),
)
"""Guests that no agent speaks for, and the rule that says so."""


def test_a_freeze_says_plainly_that_the_guest_stands_still_and_how_it_ends() -> None:
    plan = allowed(world(WEB), FreezeGuest(ref(WEB)))
    assert plan.steps == (Freeze("web"),)
    assert plan.danger is Danger.LOSS
    assert "cannot write" in plan.warnings[0] or "can write" in plan.warnings[0]
    assert any(told.startswith("t thaws it") for told in plan.effects)


def test_a_thaw_loses_nothing_but_minds_what_others_have_frozen() -> None:
    plan = allowed(world(ICY), ThawGuest(ref(ICY)))
    assert plan.steps == (Thaw("web"),)
    assert plan.danger is Danger.NONE
    assert "somebody else" in plan.warnings[0]
    ours = replace(ICY, held=True)
    assert allowed(world(ours), ThawGuest(ref(ours))).warnings == ()


@pytest.mark.parametrize(("web", "rule"), MUTE, ids=lambda value: str(value)[:30])
def test_without_an_agent_that_answers_neither_is_possible(web: Domain, rule: str) -> None:
    assert refused(world(web), FreezeGuest(ref(web))) == rule
    assert refused(world(web), ThawGuest(ref(web))) == rule


def test_what_is_frozen_is_not_frozen_again_and_only_that_is_thawed() -> None:
    assert refused(world(ICY), FreezeGuest(ref(ICY))) == "frozen"
    assert refused(world(WEB), ThawGuest(ref(WEB))) == "not frozen"


def test_an_agent_that_may_not_freeze_is_not_asked_to() -> None:
    unable = replace(WEB, guest=replace(ANSWERING, unable="guest-fsfreeze-freeze is disabled"))
    assert refused(world(unable), FreezeGuest(ref(unable))) == "agent unable"
    wish = Create(ref(unable), "s1", quiesce=True)
    assert refused(world(unable), wish) == "agent unable"
    assert allowed(world(unable), replace(wish, quiesce=False))


def test_only_steps_that_freeze_can_leave_a_guest_frozen() -> None:
    assert guest.freezes(Freeze("web"))
    assert guest.freezes(CreateSnapshot("web", "s1", disk_only=True, quiesce=True))
    assert not guest.freezes(CreateSnapshot("web", "s1", disk_only=True))
    assert not guest.freezes(Thaw("web"))
    assert not guest.freezes(Power("web", Verb.PAUSE))


def test_a_frozen_guest_that_is_asked_to_shut_down_may_not_be_able_to() -> None:
    assert "frozen" in allowed(world(ICY), Switch(ref(ICY), Verb.SHUTDOWN)).warnings[0]
    assert allowed(world(WEB), Switch(ref(WEB), Verb.SHUTDOWN)).warnings == ()


SAVED = domain(channel=Channel.DISCONNECTED, state=State.OFF, managed_save=True)
"""Off, with RAM that waits for the next start."""


@pytest.mark.parametrize(
    ("web", "verb", "told"),
    [
        (SAVED, Verb.START, True),
        (SAVED, Verb.START_PAUSED, False),
        (domain(channel=Channel.DISCONNECTED, state=State.OFF), Verb.START, False),
        (domain(state=State.OFF, managed_save=True), Verb.START, False),
    ],
)
def test_saved_ram_that_goes_on_is_told_the_time_where_an_agent_may_be(
    web: Domain, verb: Verb, told: bool
) -> None:
    plan = allowed(world(web), Switch(ref(web), verb))
    assert plan.afterwards == ((SetTime("web"),) if told else ())


def reverted(web: Domain, **fields: Any) -> tuple[Step, ...]:
    """What is tried after going back to s1."""
    return allowed(world(web), Revert(ref(web), "s1", safety=False, **fields)).afterwards


def with_ram(web: Domain) -> Domain:
    """The same, its first snapshot with RAM in a file."""
    assert web.forest is not None
    first, *rest = web.forest.snapshots
    ram = replace(first, memory=Memory.EXTERNAL, memory_file=file("web.s1.mem"), state="running")
    return replace(web, forest=replace(web.forest, snapshots=(ram, *rest)))


def test_a_revert_that_wakes_old_ram_is_told_the_time() -> None:
    agent: dict[str, Any] = {"channel": Channel.CONNECTED, "guest": ANSWERING}
    then = (SetTime("web"),)
    assert reverted(inner("s1", **agent)) == then
    assert reverted(inner("s1", **agent), after=After.PAUSED) == ()
    assert reverted(with_ram(chained(1, **agent))) == then
    assert reverted(with_ram(chained(1, **agent)), ram=False) == ()
    assert reverted(chained(1, **agent)) == ()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"channel": Channel.DISCONNECTED},
        {"channel": Channel.CONNECTED, "guest": SILENT},
    ],
)
def test_without_an_agent_nobody_is_told_the_time(fields: dict[str, Any]) -> None:
    assert reverted(inner("s1", **fields)) == ()
