"""What libvirt has denied once is not offered again, and nothing else is kept back for it."""

from __future__ import annotations

from typing import get_args

import pytest

from kvmtui.model.domain import Domain
from kvmtui.model.guest import Channel
from kvmtui.model.value import replace
from kvmtui.plans import power, rights
from kvmtui.plans.plan import Refusal
from kvmtui.plans.steps import Step, Verb
from kvmtui.plans.subject import find
from kvmtui.plans.wishes import (
    Create,
    Delete,
    Describe,
    FreezeGuest,
    Merge,
    Revert,
    Switch,
    ThawGuest,
    Wish,
)
from kvmtui.ui.commands import COMMANDS
from tests.worlds import ANSWERING, FROZEN, allowed, chained, file, ref, refused, world

WEB = chained(2, channel=Channel.CONNECTED, guest=ANSWERING)
WAITS = {"AwaitReady", "AwaitMerged", "AwaitOver", "Vouch"}
"""Steps that only look, or write down what nothing depends on."""

NEEDS: dict[str, list[Wish]] = {
    "snapshot": [
        Create(ref(WEB), "s9"),
        Create(ref(WEB), "s9", quiesce=True),
        Delete(ref(WEB), "s2"),
        Revert(ref(WEB), "s1"),
    ],
    "block-write": [Merge(ref(WEB), "vda", file("web.qcow2"))],
    "fs-freeze": [FreezeGuest(ref(WEB)), Create(ref(WEB), "s9", quiesce=True)],
    "stop": [Switch(ref(WEB), Verb.FORCE_OFF), Revert(ref(WEB), "s1")],
    "suspend": [Switch(ref(WEB), Verb.PAUSE)],
    "init-control": [Switch(ref(WEB), Verb.SHUTDOWN)],
    "hibernate": [Switch(ref(WEB), Verb.SAVE)],
    "write": [Describe(ref(WEB), "a", "b"), Revert(ref(WEB), "s1")],
}


def test_every_step_that_changes_something_names_its_right() -> None:
    for kind in get_args(Step):
        step = kind(**{n: Verb.PAUSE if n == "verb" else None for n in kind.__struct_fields__})
        assert bool(rights.needed(step)) is (kind.__name__ not in WAITS), kind


@pytest.mark.parametrize("right", NEEDS)
def test_what_was_denied_is_refused_with_the_right_that_it_needs(right: str) -> None:
    denied = replace(WEB, denied=frozenset({right}))
    for wish in NEEDS[right]:
        assert allowed(world(WEB), wish)
        assert refused(world(denied), wish) == "denied"
    others = replace(WEB, denied=frozenset(NEEDS) - {right, "snapshot"})
    for wish in NEEDS[right]:
        needed = {name for step in allowed(world(WEB), wish).steps for name in rights.needed(step)}
        assert (refused(world(others), wish) == "") is not bool(needed & others.denied)


def test_a_thaw_is_denied_as_a_freeze_is() -> None:
    icy = replace(WEB, guest=FROZEN, denied=frozenset({"fs-freeze"}))
    assert refused(world(icy), ThawGuest(ref(icy))) == "denied"


def test_the_power_menu_dims_what_was_denied_and_says_why() -> None:
    denied: Domain = replace(WEB, denied=frozenset({"stop"}))
    subject = find(world(denied), ref(denied))
    assert not isinstance(subject, Refusal)
    refusal = power.refuse(subject, Verb.FORCE_OFF)
    assert refusal is not None
    assert str(refusal) == ("libvirt denies the right “stop” on web; F5 has it tried again")
    assert power.refuse(subject, Verb.PAUSE) is None


def test_the_keys_that_a_right_dims_are_keys() -> None:
    assert set(rights.COMMANDS) <= {command.id for command in COMMANDS}
