"""Starting and stopping a domain."""

from __future__ import annotations

import pytest

from kvmtui.model.domain import State
from kvmtui.model.value import replace
from kvmtui.plans.plan import Danger
from kvmtui.plans.steps import Power, Verb
from kvmtui.plans.wishes import Switch
from tests.worlds import (
    COMMITTING,
    allowed,
    chained,
    disk,
    domain,
    file,
    ref,
    refused,
    world,
)

ALLOWED = {
    Verb.START: {State.OFF, State.CRASHED},
    Verb.START_PAUSED: {State.OFF, State.CRASHED},
    Verb.START_FRESH: {State.OFF, State.CRASHED},
    Verb.SHUTDOWN: {State.RUNNING},
    Verb.PAUSE: {State.RUNNING},
    Verb.RESUME: {State.PAUSED},
    Verb.FORCE_OFF: {State.RUNNING, State.PAUSED, State.STOPPING, State.CRASHED, State.ASLEEP},
}


@pytest.mark.parametrize("verb", ALLOWED)
@pytest.mark.parametrize("state", State)
def test_each_verb_works_from_its_states_only(verb: Verb, state: State) -> None:
    web = domain(state=state, managed_save=verb is Verb.START_FRESH)
    shown, wish = world(web), Switch(ref(web), verb)
    if state not in ALLOWED[verb]:
        assert refused(shown, wish) == "state"
        return
    plan = allowed(shown, wish)
    assert plan.steps == (Power("web", verb),)
    costs = verb in (Verb.FORCE_OFF, Verb.START_FRESH)
    stops = costs or verb is Verb.SHUTDOWN
    assert plan.danger is (Danger.LOSS if stops else Danger.NONE)
    assert bool(plan.losses) is costs


def test_a_guest_is_only_asked_to_shut_down() -> None:
    web = domain()
    assert allowed(world(web), Switch(ref(web), Verb.SHUTDOWN)).title == "Ask web to shut down"
    assert allowed(world(web), Switch(ref(web), Verb.PAUSE)).title == "Pause web"


def test_forcing_off_says_what_is_lost_and_which_job_ends() -> None:
    web = chained(1, jobs=(COMMITTING,))
    plan = allowed(world(web), Switch(ref(web), Verb.FORCE_OFF))
    assert "RAM" in plan.losses[0]
    assert any("active commit of vda" in told for told in plan.warnings)


@pytest.mark.parametrize("verb", [Verb.SHUTDOWN, Verb.FORCE_OFF])
def test_a_transient_domain_that_stops_is_gone_and_that_is_told(verb: Verb) -> None:
    web = domain(persistent=False)
    plan = allowed(world(web), Switch(ref(web), verb))
    assert plan.danger >= Danger.LOSS
    assert any("transient" in told or "definition" in told for told in plan.losses)


@pytest.mark.parametrize("verb", [Verb.START, Verb.START_PAUSED])
def test_a_start_that_continues_saved_ram_says_so(verb: Verb) -> None:
    web = domain(state=State.OFF, managed_save=True)
    assert "saved RAM" in allowed(world(web), Switch(ref(web), verb)).effects[0]


@pytest.mark.parametrize("verb", [Verb.START, Verb.START_PAUSED, Verb.START_FRESH])
def test_what_lacks_a_layer_does_not_start(verb: Verb) -> None:
    top, base = disk(file("a"), file("b")).layers
    holed = replace(disk(), layers=(top, replace(base, missing=True)), complete=False)
    web = domain("web", holed, state=State.OFF, managed_save=verb is Verb.START_FRESH)
    assert refused(world(web), Switch(ref(web), verb)) == "layer missing"
    optional = domain("web", replace(holed, optional=True), state=State.OFF)
    assert refused(world(optional), Switch(ref(optional), Verb.START)) == ""


def test_what_was_started_for_a_merge_is_told_apart() -> None:
    web = domain(state=State.PAUSED, errand=True)
    resumed = allowed(world(web), Switch(ref(web), Verb.RESUME))
    assert "only for a merge: this lets its guest start" in resumed.warnings[0]
    assert "it was off before" in allowed(world(web), Switch(ref(web), Verb.FORCE_OFF)).effects[0]
    paused = domain(state=State.PAUSED)
    for verb in (Verb.RESUME, Verb.FORCE_OFF):
        plan = allowed(world(paused), Switch(ref(paused), verb))
        assert (plan.warnings, plan.effects) == ((), ())
